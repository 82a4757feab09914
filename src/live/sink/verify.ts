import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBundle } from '../../analysis/bundle.ts';
import { openForAnalysis } from '../../analysis/open.ts';
import { createStages } from '../../analysis/stages.ts';
import { alertsToJson } from '../../detection/alertJson.ts';
import type { Commit, CommittedFile, LiveAlert } from '../../detection/files/commit.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Platform } from '../../ledger/platform.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { stretchesOf, type Stretch } from '../../detection/files/stretches.ts';
import { commitAt, newestCommit, removedPath } from './commitLog.ts';
import { readBundle } from './state.ts';

export interface Verified {
  readonly commits: number;
  readonly files: number;
  readonly events: number;
  readonly alerts: number;
  /** What does not hold, as sentences; empty: everything does. */
  readonly faults: readonly string[];
}

/**
 * Reads a live ledger whole: every commit follows from the one before, every file is the one committed, and analysing
 * the rows gives the alerts that the commits raised.
 */
export async function verifyLedger(folder: string, kernels: KernelModule, platform: Platform): Promise<Verified> {
  const faults: string[] = [];
  const commits: Commit[] = [];
  const newest = await newestCommit(folder);
  for (let n = 0; n <= newest; n++) {
    const commit = await commitAt(folder, n);
    if (commit) commits.push(commit);
    else faults.push(`commit ${n} is missing`);
  }
  faults.push(...breaks(commits));
  const files = new Map<string, Blob>();
  const stretches = stretchesOf(commits);
  for (const file of stretches.flatMap((stretch) => stretch.files)) {
    // One that is compacted meanwhile has another name.
    const read = (path: string) => readFile(join(folder, path)).catch(() => null);
    const bytes = (await read(file.path)) ?? (await read(removedPath(file.path)));
    const fault = await faultOf(file, bytes);
    if (fault) faults.push(fault);
    if (bytes) files.set(file.path, new Blob([bytes]));
  }
  const runs = runsOf(commits);
  if (faults.length === 0)
    for (const run of runs) faults.push(...(await faultsOf(run, { folder, stretches, files, kernels, platform })));
  const alerts = runs.reduce((sum, run) => sum + run.alerts.length, 0);
  const events = commits.at(-1)?.events.to ?? 0;
  return { commits: commits.length, files: files.size, events, alerts, faults };
}

/** Events that were judged by one bundle, from its reference on, and what that raised. */
interface Run {
  readonly bundle: string;
  readonly from: number;
  readonly to: number;
  readonly alerts: readonly LiveAlert[];
}

type Said = Pick<Commit, 'opened' | 'closed'>;
type Growing = Pick<Run, 'bundle' | 'from'> & { to: number; readonly said: Said[] };

/** The runs of bundles in force and of those beside them; where two change places, each goes on. */
function runsOf(commits: readonly Commit[]): readonly Run[] {
  const runs: Growing[] = [];
  const begin = (bundle: string, from: number): Growing => {
    const run = { bundle, from, to: from, said: [] };
    runs.push(run);
    return run;
  };
  let inForce: Growing | null = null;
  let beside: Growing | null = null;
  let stage = 'none';
  for (const { kind, control, bundle, events, opened, closed, beside: other } of commits) {
    if (control?.kind === 'deployed' || (kind === 'bundle' && control === null)) {
      // What was collected for the first bundle is judged by it, too.
      inForce = begin(bundle!, control === null ? 0 : events.to);
      beside = null;
    } else if (control?.kind === 'candidate') beside = begin(control.bundle, events.to);
    else if (control?.stage === 'none') beside = null;
    else if (control && (control.stage === 'full') !== (stage === 'full')) [inForce, beside] = [beside, inForce];
    stage = control?.stage ?? stage;
    if (inForce) {
      inForce.to = events.to;
      inForce.said.push({ opened, closed });
    }
    if (beside && other) {
      beside.to = events.to;
      beside.said.push(other);
    }
  }
  return runs.map(({ said, ...run }) => ({ ...run, alerts: alertsOf(said) }));
}

interface Surroundings {
  readonly folder: string;
  readonly stretches: readonly Stretch[];
  readonly files: ReadonlyMap<string, Blob>;
  readonly kernels: KernelModule;
  readonly platform: Platform;
}

/** What analysing the events of a run says otherwise. */
async function faultsOf(
  { bundle: hash, from, to, alerts }: Run,
  { folder, stretches, files, kernels, platform }: Surroundings,
): Promise<readonly string[]> {
  if (from === to) return [];
  const { bundle } = await readBundle(folder, hash);
  const own = stretches
    .filter((stretch) => stretch.from >= from && stretch.to <= to)
    .flatMap((stretch) => stretch.files);
  const blobs = own.map(({ path }) => ({ path, blob: files.get(path)! }));
  const opened = await openForAnalysis({ kind: 'files', files: blobs }, null, { platform, k: bundle.parameters.k });
  const { n, eventId } = opened.columns;
  if (n !== to - from) return [`the files have ${n} events, the commits ${to - from}`];
  const given = await loadBundle(bundle, opened);
  const stages = createStages(kernels.fork(), given.ledger, given);
  const options = { signal: new AbortController().signal, onProgress: () => undefined, baseline: null };
  const { decisions, events } = await stages.run(bundle.parameters, options);
  const idOf = (index: number): number => Number(eventId[index]);
  const raised = alertsToJson(decisions.alerts, events.streams).map(({ onset, fired, cleared, ...alert }) =>
    lineOf({ ...alert, onset: idOf(onset), fired: idOf(fired), cleared: cleared === null ? null : idOf(cleared) }),
  );
  const [expected, said] = [new Set(raised), new Set(alerts.map(lineOf))];
  return [
    ...[...expected].filter((line) => !said.has(line)).map((line) => `analysis raises ${line}, the commits do not`),
    ...[...said].filter((line) => !expected.has(line)).map((line) => `the commits raise ${line}, analysis does not`),
  ].sort();
}

/** Alerts by their ids, closed where they are. */
export function alertsOf(commits: readonly Said[]): LiveAlert[] {
  const found = new Map<string, LiveAlert>();
  for (const { opened, closed } of commits) for (const alert of [...opened, ...closed]) found.set(alert.id, alert);
  return [...found.values()];
}

type Line = Pick<LiveAlert, 'kind' | 'stream' | 'onset' | 'fired' | 'cleared'>;
const lineOf = ({ kind, stream, onset, fired, cleared }: Line): string =>
  `${kind} of ${stream}: onset ${onset}, fired ${fired}, ${cleared === null ? 'open' : `cleared ${cleared}`}`;

function breaks(commits: readonly Commit[]): string[] {
  const rowsOf = new Map(commits.flatMap(({ add }) => add.map(({ path, rows }) => [path, rows])));
  return commits.flatMap((commit, i) => {
    const { number, source, events, remove, compacted } = commit;
    if (i === 0) return [];
    const before = commits[i - 1];
    const found: string[] = [];
    if (source.topicId !== before.source.topicId) found.push(`commit ${number} is of another topic`);
    if (source.from !== before.source.to)
      found.push(`commit ${number} begins at offset ${source.from}, ${before.source.to} expected`);
    if (events.from !== before.events.to)
      found.push(`commit ${number} begins at event ${events.from}, ${before.events.to} expected`);
    const rows = commit.add.reduce((sum, file) => sum + file.rows, 0);
    const { from, to } = compacted ?? events;
    if (rows !== to - from) found.push(`commit ${number} has ${rows} rows in files for its events`);
    const removed = remove.reduce((sum, path) => sum + (rowsOf.get(path) ?? 0), 0);
    if (compacted && removed !== rows) found.push(`commit ${number} removes ${removed} rows and adds ${rows}`);
    return found;
  });
}

async function faultOf({ path, bytes, sha256: hash }: CommittedFile, found: Uint8Array | null): Promise<string | null> {
  if (!found) return `${path} is missing`;
  if (found.length !== bytes) return `${path} has ${found.length} bytes, ${bytes} expected`;
  return (await sha256(found)) === hash ? null : `${path} is not what was committed`;
}
