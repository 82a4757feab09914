import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../cli/serve.ts';
import { explain, TautlineFailure, toTautlineError } from '../core/errors.ts';
import { bundleFromJson, bundleToJson } from '../detection/lab/bundle.ts';
import { loadKernels } from '../kernels/load.node.ts';
import type { KernelModule } from '../kernels/module.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { codeOf, textOrMade } from './log/files.ts';
import { eventRecord, sampleEvents, tickRecord } from './replay.ts';
import { deploy, type Desk } from './deploy.ts';
import { liveApi } from './server.ts';
import { commitAt, newestCommit } from './sink/commitLog.ts';
import { withHash, type BundleInForce } from './sink/judge.ts';
import { compact, type Compacted } from './sink/compact.ts';
import { Sink } from './sink/sink.ts';
import { verifyLedger, type Verified } from './sink/verify.ts';
import { CollectorTopic } from './intake/collector.ts';
import { Intake } from './intake/intake.ts';
import { serveIntake } from './intake/server.ts';
import { openOutboxes } from './outbox/outboxes.ts';
import { webhookSecrets, webhookUrl } from './outbox/webhook.ts';
import { openOutlet, type Outlet } from './outlet.ts';

export interface LiveOptions {
  /** Folder of the log; null: Kafka. */
  readonly log: string | null;
  /** Brokers, HOST:PORT; null: the log. */
  readonly kafka: string | null;
  /** Folder of what waits for the brokers; null: beside the ledger. */
  readonly spool: string | null;
  /** Folder of the ledger. */
  readonly ledger: string;
  readonly port: number;
  /** Port that events are taken at (OTLP, CloudEvents); null: none. */
  readonly otlp: number | null;
  /** Whether the topic that a Collector writes to is read. */
  readonly otlpTopic: boolean;
  /** Where events come from too, one a line; null: nowhere. */
  readonly lines: Readable | null;
  /** File of the token that followers send, made where it is not there; null: another one for each run. */
  readonly token: string | null;
  /** Replays a built-in ledger into the log. */
  readonly demo: boolean;
  /** File of a bundle to judge by; null: that in force, or one that is fitted. */
  readonly bundle: string | null;
  /** Where alerts are sent, and the file that its secrets stand in; null: nowhere. */
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  /** Compacts hours that are over, now and again; null: never. */
  readonly compact: (() => Promise<void>) | null;
  /** Is given the address of the app once it is served; null: it is printed alone. */
  readonly show: ((address: string) => void) | null;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

const GROUP = 'default';
const SPEED = 20;
/** Events of the demo that are there at once: [DRIFT] comes at event 12,403. */
const HISTORY = 11_600;
const DEMO_EVENTS = 16_000;

/** Runs a live ledger in this process until the signal: log, sink, server. */
export async function runLive({
  log,
  kafka,
  spool,
  ledger,
  port,
  token,
  otlp,
  otlpTopic,
  lines,
  demo,
  bundle,
  webhook,
  compact: compactNow,
  show,
  say,
  signal,
}: LiveOptions): Promise<void> {
  const kernels = await loadKernels();
  const given = bundle === null ? null : await bundleOf(bundle);
  const receiver = webhook && { url: webhookUrl(webhook.url), secrets: await webhookSecrets(webhook.secret) };
  const who = userInfo().username;
  const spoolFolder = spool ?? `${ledger}.spool`;
  const outlet = await openOutlet({ group: GROUP, log, kafka, spool: spoolFolder, say });
  const { transport, metrics } = outlet;
  const end = new AbortController();
  const stop = (): void => end.abort();
  signal.addEventListener('abort', stop, { once: true });
  const begun = await newestCommit(ledger);
  const isNew = begun < 0 || (await commitAt(ledger, begun))?.source.to === 0;
  const first = given && isNew ? { bundle: given, who } : null;
  const outboxes = await openOutboxes({ folder: ledger, group: GROUP, transport, webhook: receiver, metrics, say });
  const sink = new Sink({ folder: ledger, transport, group: GROUP, kernels, platform: nodePlatform(), first, say });
  const intake = new Intake({
    append: (event) => outlet.append(eventRecord(event)),
    tick: (micros) => outlet.append(tickRecord(micros)),
    mark: join(log ?? spoolFolder, 'producer'),
  });
  const collector = !otlpTopic
    ? null
    : new CollectorTopic({
        transport,
        places: join(spoolFolder, 'otlp-places.json'),
        append: (event) => intake.keep(event),
        say,
        signal: end.signal,
      });
  const { spansLost } = intake.counts;
  if (spansLost > 0) say(`The process before this one was killed with ${spansLost} spans in memory: they are lost`);
  const taking = otlp === null ? null : await serveIntake(intake, otlp);
  let isWell = true;
  const desk = { folder: ledger, transport, group: GROUP, lanes: () => sink.lanes, newest: () => sink.newest };
  metrics.gauge('ring_waiting', 'Events that wait in memory', () => intake.counts.waiting);
  metrics.gauge('ring_dropped', 'Events that found no room in memory', () => intake.counts.dropped);
  const health = () => ({
    status: isWell && outlet.problem() === null && outboxes.problem() === null ? 'ok' : 'failed',
    ...outlet.health(),
    ...outboxes.health(),
    intake: intake.counts,
    ...(collector && { collector: collector.counts }),
  });
  const api = liveApi(desk, await tokenOf(token), health, metrics);
  const root = fileURLToPath(new URL('../../dist', import.meta.url));
  const server = await serve({ root, port, api: (request, response) => api.answer(request, response) });
  const sending = outboxes.run(end.signal);
  try {
    say(`Following: ${server.url}v1/ledgers/${GROUP}/commits?after=-1`);
    say(`Token: ${api.token}`);
    const app = `${server.url}#live=${GROUP}&token=${api.token}`;
    say(`App: ${app}`);
    show?.(app);
    if (taking) say(`Events: POST ${taking.url}v1/traces, v1/logs (OTLP) or v1/events (CloudEvents)`);
    if (lines) void intake.lines(lines, say).catch((thrown: unknown) => say(`Reading lines ended: ${String(thrown)}`));
    const sinking = sink.run(end.signal).catch((thrown: unknown) => {
      isWell = false;
      throw thrown;
    });
    if (given && !isNew) await take(desk, given, who, begun, sinking);
    void keepCompact(compactNow, end.signal, say);
    await Promise.all([sinking, collector?.run(), demo ? replay(kernels, outlet, end.signal, say) : null]);
  } finally {
    // Whoever writes them may not have ended, and an open pipe keeps a process.
    lines?.destroy();
    await intake.close();
    stop();
    await server.close();
    await taking?.close();
    await sending;
    await outlet.close();
  }
}

async function bundleOf(path: string): Promise<BundleInForce> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    const [problem, advice] = [`it cannot be read (${codeOf(thrown)})`, 'Name the file of a bundle as JSON.'];
    throw new TautlineFailure({ kind: 'file', file: path, problem, advice });
  });
  return withHash(bundleFromJson(text, path));
}

/** The bundle of the command line comes into force in a ledger that has another, once the sink has begun. */
async function take(desk: Desk, given: BundleInForce, who: string, begun: number, sinking: Promise<void>) {
  while ((await newestCommit(desk.folder)) === begun) await Promise.race([sinking, setTimeout(20)]);
  const decided = await deploy(desk, bundleToJson(given.bundle), { who, reason: '' });
  // In force already: that is what was wanted.
  if (!('problems' in decided) || decided.status === 409) return;
  throw new TautlineFailure({
    kind: 'parameter',
    name: 'bundle',
    problem: decided.problems.join('; '),
    advice: 'Give a bundle of this ledger, or begin another ledger with it.',
  });
}

async function tokenOf(path: string | null): Promise<string> {
  const made = randomBytes(16).toString('hex');
  if (path === null) return made;
  const found = (await textOrMade(path, `${made}\n`)).trim();
  if (/^[\w-]{16,}$/.test(found)) return found;
  throw new TautlineFailure({
    kind: 'file',
    file: path,
    problem: 'it holds no token of at least 16 letters and digits',
    advice: 'Delete it, and one is made.',
  });
}

/** The fracture of the harness, its first hours at once and then at twenty times its speed. */
async function replay(
  kernels: KernelModule,
  { append }: Outlet,
  signal: AbortSignal,
  say: (sentence: string) => void,
): Promise<void> {
  const events = sampleEvents(kernels, 'fracture', DEMO_EVENTS);
  await Promise.all(events.slice(0, HISTORY).map((event) => append(eventRecord(event))));
  say(`Replaying the fracture at ${SPEED} x from event ${HISTORY}`);
  const [began, first] = [performance.now(), Number(events[HISTORY].sourceMicros)];
  for (const event of events.slice(HISTORY)) {
    const due = began + (Number(event.sourceMicros) - first) / 1000 / SPEED;
    if (due > performance.now()) await setTimeout(due - performance.now());
    if (signal.aborted) return;
    await append(eventRecord(event));
  }
  await append(tickRecord(Number(events[events.length - 1].sourceMicros) + 3_000_000));
  say('The replay is over; what was followed stays');
}

/** Between two compactions: each reads the commits of a day. */
const COMPACT_MS = 1_800_000;

async function keepCompact(compactNow: LiveOptions['compact'], signal: AbortSignal, say: (text: string) => void) {
  while (compactNow && !signal.aborted) {
    // At the next time it may well work.
    await compactNow().catch((thrown: unknown) => say(explain(toTautlineError(thrown, 'compacting the ledger'))));
    await setTimeout(COMPACT_MS, undefined, { signal }).catch(() => undefined);
  }
}

export const compactLive = (folder: string): Promise<Compacted> => compact({ folder, platform: nodePlatform() });

export const verifyLive = async (folder: string): Promise<Verified> =>
  verifyLedger(folder, await loadKernels(), nodePlatform());

export const demoFolders = (root: string): Pick<LiveOptions, 'log' | 'ledger'> => ({
  log: join(root, 'log'),
  ledger: join(root, 'ledger'),
});
