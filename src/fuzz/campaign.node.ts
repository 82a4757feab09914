import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli, CLI_BUNDLE, isStale } from '../../scripts/bundle-cli.mjs';
import { judgeEnd } from './judge.ts';
import { Runner, type Limits, type Result } from './supervise.node.ts';

export interface Campaign {
  readonly seed: number;
  readonly cases: readonly number[];
  readonly kind?: string;
  /** Where the files of failures are kept. */
  readonly keep: string | null;
  readonly limits: Limits;
  /** Of as many cases one runs through the command line itself. */
  readonly sample: number;
  readonly onCase?: (number: number, result: Result) => void;
  readonly onFailure?: (failure: Failure) => void;
}

export interface Failure {
  readonly number: number;
  readonly result: Result;
  /** Where its files are, if they were kept. */
  readonly kept: string | null;
  readonly repeat: string;
}

export interface Summary {
  readonly cases: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly sampled: number;
  readonly seconds: number;
}

const repeatCommand = ({ seed, kind }: Pick<Campaign, 'seed' | 'kind'>, number: number): string =>
  `npm run fuzz -- --seed ${seed}${kind === undefined ? '' : ` --kind ${kind}`} --only ${number}`;

const SCRIPT = fileURLToPath(new URL('../../scripts/tautline.mjs', import.meta.url));

/** Runs cases in turn. */
export async function runCampaign(campaign: Campaign): Promise<Summary> {
  const { seed, kind, limits } = campaign;
  if (await isStale(CLI_BUNDLE, ['src', 'package.json'])) await bundleCli();
  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), 'tautline-fuzz-'));
  const runner = new Runner(limits);
  const outcomes: Record<string, number> = {};
  const failures: Failure[] = [];
  let sampled = 0;
  try {
    for (const number of campaign.cases) {
      const folder = join(scratch, String(number));
      const job = { seed, number, kind, folder, cli: CLI_BUNDLE };
      let result = await runner.run(job);
      if (!result.fault && campaign.sample > 0 && number % campaign.sample === 0) {
        sampled++;
        result = throughCli(result, limits);
      }
      if (result.fault) {
        const kept = campaign.keep === null ? null : join(campaign.keep, `${seed}-${kind ?? 'any'}-${number}`);
        if (kept !== null && existsSync(folder)) cpSync(folder, kept, { recursive: true, verbatimSymlinks: true });
        const failure = { number, result, kept, repeat: repeatCommand(campaign, number) };
        failures.push(failure);
        campaign.onFailure?.(failure);
      } else outcomes[result.outcome!] = (outcomes[result.outcome!] ?? 0) + 1;
      rmSync(folder, { recursive: true, force: true });
      campaign.onCase?.(number, result);
    }
  } finally {
    runner.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  const seconds = (performance.now() - started) / 1000;
  return { cases: campaign.cases.length, outcomes, failures, sampled, seconds };
}

/** The same case by a command line of its own has to end alike. */
function throughCli(result: Result, { seconds }: Limits): Result {
  const { args } = result.made!;
  const options = { encoding: 'utf8', timeout: seconds * 1000 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], options);
  const ended = { exit: status ?? -1, out: stdout, err: stderr, thrown: null };
  const wrong = judgeEnd(ended, args[0] === 'replay' ? [0, 1, 2] : [0, 2]);
  const differs = ended.exit !== result.exit || stdout !== result.out || stderr !== result.err;
  const detail = `${ended.exit} ${stdout}${stderr}, and before ${result.exit} ${result.out}${result.err}`;
  const fault = wrong?.fault ?? (differs ? { kind: 'another answer by the command line', detail } : null);
  return fault ? { ...result, outcome: null, fault } : result;
}
