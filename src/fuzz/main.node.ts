import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign, type Failure, type Summary } from './campaign.node.ts';
import { KINDS } from './kinds.node.ts';

const USAGE = `npm run fuzz -- [--seed N] [--cases M] [--kind K] [--only CASE] [--keep DIR]
  Changes sound files and judges what the command line makes of them. Exit status 1 where one case fails.
  --seed N     seed of all cases (1)
  --cases M    how many (1,000)
  --kind K     only files of a kind: ${KINDS.map(({ name }) => name).join(', ')}
  --only CASE  one case, as a failure names it
  --keep DIR   where the files of failures go (build/fuzz)
  --seconds S  what a case may take (30)
  --megabytes M  memory that it may take (2048)
  --sample N   of N cases one runs through the command line as well (100; 0: none)`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function whole(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} ${text}: need a whole number`);
  return Number(text);
}

function describe({ number, result, kept, repeat }: Failure): string {
  const { made, fault } = result;
  const detail = fault!.detail.length > 1500 ? `${fault!.detail.slice(0, 1500)}…` : fault!.detail;
  return [
    `FAILED case ${number}: ${fault!.kind}`,
    `  ${made ? `${made.kind}, ${made.mutation} (${made.law}): ${made.what}` : 'while it was made'}`,
    ...detail.split('\n').map((line) => `  | ${line}`),
    `  repeat: ${repeat}${kept === null ? '' : `\n  files: ${kept}`}`,
  ].join('\n');
}

function summaryLine({ cases, outcomes, failures, sampled, seconds }: Summary): string {
  const by = new Map<string, number>();
  for (const { result } of failures) by.set(result.fault!.kind, (by.get(result.fault!.kind) ?? 0) + 1);
  const counts = ['equal', 'refused', 'loss named', 'other values'].map((name) => `${outcomes[name] ?? 0} ${name}`);
  const failed = [...by].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const where = failures.length === 0 ? '' : ` (${failed})`;
  const beside = `${sampled} by the command line too, ${Math.round(seconds)} s`;
  return `${cases} cases: ${counts.join(', ')}; ${failures.length} failed${where}; ${beside}`;
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      cases: { type: 'string', default: '1000' },
      kind: { type: 'string' },
      only: { type: 'string' },
      keep: { type: 'string', default: 'build/fuzz' },
      seconds: { type: 'string', default: '30' },
      megabytes: { type: 'string', default: '2048' },
      sample: { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(USAGE);
    return 0;
  }
  if (values.kind !== undefined && !KINDS.some(({ name }) => name === values.kind))
    throw new Error(`--kind ${values.kind}: there are ${KINDS.map(({ name }) => name).join(', ')}`);
  const only = values.only === undefined ? null : whole('only', values.only);
  const summary = await runCampaign({
    seed: whole('seed', values.seed),
    kind: values.kind,
    cases: only === null ? Array.from({ length: whole('cases', values.cases) }, (_, i) => i) : [only],
    keep: resolve(values.keep),
    limits: { seconds: whole('seconds', values.seconds), bytes: whole('megabytes', values.megabytes) * 2 ** 20 },
    sample: whole('sample', values.sample),
    onFailure: (failure) => say(describe(failure)),
    onCase: (number, result) => {
      if (only !== null && result.made) {
        const { kind, mutation, law, what } = result.made;
        say(`${kind}, ${mutation} (${law}): ${what}\n${result.outcome ?? 'failed'}, ${Math.round(result.ms)} ms`);
        say(`exit ${result.exit}\n${result.out}${result.err}`);
      }
      if (only === null && (number + 1) % 500 === 0) process.stderr.write(`${number + 1} cases\n`);
    },
  });
  say(summaryLine(summary));
  return summary.failures.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 2;
}
