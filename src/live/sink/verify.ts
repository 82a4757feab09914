import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadBundle } from '../../analysis/bundle.ts';
import { openForAnalysis } from '../../analysis/open.ts';
import { createStages } from '../../analysis/stages.ts';
import { alertsToJson } from '../../detection/alertJson.ts';
import type { Commit, CommittedFile, LiveAlert } from '../../detection/files/commit.ts';
import { bundleFromJson } from '../../detection/lab/bundle.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Platform } from '../../ledger/platform.ts';
import { sha256 } from '../../ledger/sha256.ts';
import { commitAt, LOG_FOLDER, newestCommit } from './commitLog.ts';

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
  const files = commits.flatMap(({ add }) => add);
  const blobs: { path: string; blob: Blob }[] = [];
  for (const file of files) {
    const bytes = await readFile(join(folder, file.path)).catch(() => null);
    const fault = await faultOf(file, bytes);
    if (fault) faults.push(fault);
    if (bytes) blobs.push({ path: file.path, blob: new Blob([bytes]) });
  }
  const alerts = alertsOf(commits);
  const bundle = commits.at(-1)?.bundle ?? null;
  const events = commits.at(-1)?.events.to ?? 0;
  if (bundle && faults.length === 0) {
    const path = join(folder, LOG_FOLDER, `bundle-${bundle}.json`);
    const loaded = bundleFromJson(await readFile(path, 'utf8'), path);
    const opened = await openForAnalysis({ kind: 'files', files: blobs }, null, { platform, k: loaded.parameters.k });
    if (opened.columns.n !== events) faults.push(`the files have ${opened.columns.n} events, the commits ${events}`);
    const given = await loadBundle(loaded, opened);
    const stages = createStages(kernels.fork(), given.ledger, given);
    const options = { signal: new AbortController().signal, onProgress: () => undefined, baseline: null };
    const { decisions, events: of } = await stages.run(loaded.parameters, options);
    const expected = new Set(alertsToJson(decisions.alerts, of.streams).map(lineOf).sort());
    const own = new Set(alerts.map(lineOf).sort());
    for (const line of expected) if (!own.has(line)) faults.push(`analysis raises ${line}, the commits do not`);
    for (const line of own) if (!expected.has(line)) faults.push(`the commits raise ${line}, analysis does not`);
  }
  return { commits: commits.length, files: files.length, events, alerts: alerts.length, faults };
}

/** Alerts by their ids, closed where they are. */
export function alertsOf(commits: readonly Commit[]): LiveAlert[] {
  const found = new Map<string, LiveAlert>();
  for (const { opened, closed } of commits) for (const alert of [...opened, ...closed]) found.set(alert.id, alert);
  return [...found.values()];
}

type Line = Pick<LiveAlert, 'kind' | 'stream' | 'onset' | 'fired' | 'cleared'>;
const lineOf = ({ kind, stream, onset, fired, cleared }: Line): string =>
  `${kind} of ${stream}: onset ${onset}, fired ${fired}, ${cleared === null ? 'open' : `cleared ${cleared}`}`;

function breaks(commits: readonly Commit[]): string[] {
  return commits.flatMap((commit, i) => {
    const { number, source, events } = commit;
    if (i === 0) return [];
    const before = commits[i - 1];
    const found: string[] = [];
    if (source.topicId !== before.source.topicId) found.push(`commit ${number} is of another topic`);
    if (source.from !== before.source.to)
      found.push(`commit ${number} begins at offset ${source.from}, ${before.source.to} expected`);
    if (events.from !== before.events.to)
      found.push(`commit ${number} begins at event ${events.from}, ${before.events.to} expected`);
    const rows = commit.add.reduce((sum, file) => sum + file.rows, 0);
    if (rows !== events.to - events.from) found.push(`commit ${number} has ${rows} rows in files for its events`);
    return found;
  });
}

async function faultOf({ path, bytes, sha256: hash }: CommittedFile, found: Uint8Array | null): Promise<string | null> {
  if (!found) return `${path} is missing`;
  if (found.length !== bytes) return `${path} has ${found.length} bytes, ${bytes} expected`;
  return (await sha256(found)) === hash ? null : `${path} is not what was committed`;
}
