import { mkdtemp } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { counted } from '../core/format.ts';
import { openBrowser } from './browser.ts';
import { readOptions, refused } from './options.ts';
import { print } from './print.ts';
import { startThread } from './workerThread.ts';

/** What is asked of a live process that runs elsewhere. */
const DECISIONS = ['promote', 'back', 'candidate', 'deploy'] as const;

/**
 * `tautline live`: writes a ledger while events come in, and hands it to followers.
 * @returns the exit status: 1 where verifying finds a fault
 */
export async function run(args: string[]): Promise<number> {
  const live = await import('../live/run.ts');
  const { values, positionals } = readOptions(args, {
    log: { type: 'string' },
    kafka: { type: 'string' },
    spool: { type: 'string' },
    ledger: { type: 'string' },
    port: { type: 'string' },
    token: { type: 'string' },
    otlp: { type: 'string' },
    'otlp-topic': { type: 'boolean' },
    stdin: { type: 'boolean' },
    demo: { type: 'boolean' },
    bundle: { type: 'string' },
    webhook: { type: 'string' },
    'webhook-secret': { type: 'string' },
    'no-compact': { type: 'boolean' },
    'no-open': { type: 'boolean' },
    who: { type: 'string' },
    reason: { type: 'string' },
  });
  if (positionals[0] === 'verify') {
    if (positionals.length !== 2) throw refused('verify DIR', 'needs one folder', 'Name the folder of the ledger');
    const { commits, files, events, alerts, faults } = await live.verifyLive(positionals[1]);
    for (const fault of faults) print(`fault: ${fault}`);
    const verdict = faults.length === 0 ? 'everything holds' : counted(faults.length, 'fault');
    const read = [counted(commits, 'commit'), counted(files, 'file'), counted(events, 'event')];
    print(`${[...read, counted(alerts, 'alert')].join(', ')}: ${verdict}`);
    return faults.length === 0 ? 0 : 1;
  }
  if (positionals[0] === 'compact') {
    if (positionals.length !== 2) throw refused('compact DIR', 'needs one folder', 'Name the folder of the ledger');
    const { made, replaced, deleted } = await live.compactLive(positionals[1]);
    print(`${counted(replaced, 'file')} made into ${made}; ${counted(deleted, 'file')} of before deleted`);
    return 0;
  }
  const asked = DECISIONS.find((name) => name === positionals[0]);
  if (asked) {
    const [, address, bundle = null] = positionals;
    const needed = asked === 'candidate' || asked === 'deploy' ? 3 : 2;
    if (positionals.length !== needed)
      throw refused(asked, 'needs the address, and a bundle where it is about one', 'See "tautline help live"');
    const { ask } = await import('../live/client.ts');
    const { who = userInfo().username, reason = '' } = values;
    print(await ask({ address, what: asked, bundle, who, reason }));
    return 0;
  }
  const demo = values.demo ?? false;
  const { kafka } = values;
  if (!demo && ((values.log ?? kafka) === undefined || values.ledger === undefined))
    throw refused('--log DIR --ledger DIR', 'is missing', 'Say where log and ledger stand, or try --demo');
  if (kafka !== undefined && values.log !== undefined)
    throw refused('--kafka', 'takes the place of --log', 'Give one of them');
  if (kafka !== undefined && !/^[^\s:,]+:\d+(?:,[^\s:,]+:\d+)*$/.test(kafka))
    throw refused('--kafka', 'names no brokers', 'Give HOST:PORT, several separated by commas');
  const { webhook, 'webhook-secret': secret } = values;
  if ((webhook === undefined) !== (secret === undefined))
    throw refused('--webhook URL --webhook-secret FILE', 'needs both', 'A secret is made where the file is not there');
  const otlpTopic = values['otlp-topic'] ?? false;
  if (otlpTopic && kafka === undefined)
    throw refused('--otlp-topic', 'is read from Apache Kafka', 'Name its brokers with --kafka');
  const port = portOf('port', values.port ?? '4173');
  // The demo brings its own events.
  const otlp = values.otlp === undefined && demo ? null : portOf('otlp', values.otlp ?? '4318');
  const lines = values.stdin ? process.stdin : null;
  const made = demo ? live.demoFolders(await mkdtemp(join(tmpdir(), 'tautline-live-'))) : null;
  const end = new AbortController();
  // In place of ending at once; a second time that is what happens.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.removeAllListeners(signal).once(signal, () => end.abort());
  const ledger = values.ledger ?? made!.ledger;
  print(`Ledger: ${ledger}`);
  await live.runLive({
    log: kafka === undefined ? (values.log ?? made!.log) : null,
    kafka: kafka ?? null,
    spool: values.spool ?? null,
    ledger,
    port,
    token: values.token ?? null,
    otlp,
    otlpTopic,
    lines,
    demo,
    bundle: values.bundle ?? null,
    webhook: webhook === undefined ? null : { url: webhook, secret: secret! },
    compact: values['no-compact'] ? null : () => compactInThread(ledger, end.signal),
    // Who reads the address off a file or another program opens it elsewhere.
    show: demo && !values['no-open'] && process.stdout.isTTY ? openBrowser : null,
    say: print,
    signal: end.signal,
  });
  return 0;
}

/** Settles when hours that are over are compacted. In a thread: what comes in meanwhile does not wait. */
function compactInThread(folder: string, signal: AbortSignal): Promise<void> {
  const thread = startThread(new URL('./compactWorker.ts', import.meta.url), { folder });
  const stop = (): void => void thread.terminate();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<void>((done, fail) => {
    thread.once('error', fail);
    thread.once('exit', () => done());
  }).finally(() => signal.removeEventListener('abort', stop));
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw refused(`--${name}`, 'is no port', 'Give 0 to 65535');
  return port;
}
