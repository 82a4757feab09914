import type { DictionaryColumn, LedgerColumns } from '../core/columns.ts';
import { formatCount } from '../core/format.ts';
import { shown } from '../core/printable.ts';
import type { OnProgress } from '../core/progress.ts';
import { readStreamKey } from '../core/streamKey.ts';
import { splitBy, streamKeyFailure, unknownStreamKey } from '../core/unknownStreamKey.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { heldStreams } from '../detection/pipeline.ts';
import type { OpenedLedger } from '../ledger/types.ts';

/** A ledger as its streams are taken from it; generated ones have what is in memory only. */
export type GroupedLedger = Pick<OpenedLedger, 'columns'> & Partial<Pick<OpenedLedger, 'streamColumn' | 'report'>>;

/** How a ledger is split into streams (docs/methods.md 1). */
export interface Grouping {
  /** The key in force. */
  readonly key: string;
  readonly column: DictionaryColumn;
  /** True if the ledger's fingerprint covers it. */
  readonly inFingerprint: boolean;
  /** Sentences for the user. */
  readonly notes: readonly string[];
}

interface Options {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Who speaks, best first: where every event has a speaker of its own, the next one is taken. */
const SPEAKERS = [DEFAULT_PARAMETERS.stream, 'agent_id', 'role', 'file', 'ledger'];

/**
 * The streams that a key asks for.
 * @throws TautlineFailure of kind parameter where the ledger has no such column, or each event a stream of its own
 */
export async function groupingOf(ledger: GroupedLedger, key: string, options: Options = {}): Promise<Grouping> {
  const { columns } = ledger;
  const asked = await columnOf(ledger, key, options);
  if (!asked) throw unknownStreamKey(key, keysOf(ledger));
  if (!isEachItsOwn(asked.column)) return { key, ...asked, notes: missingNotes(key, asked, columns) };
  const each = `each of the ${formatCount(columns.n)} events has its own ${readStreamKey(key).name}`;
  if (key !== DEFAULT_PARAMETERS.stream) {
    const problem = `is ${shown(key)}, and ${each}: no stream has a history`;
    throw streamKeyFailure(problem, splitBy(keysOf(ledger).filter((other) => other !== key)));
  }
  for (const next of SPEAKERS.slice(1)) {
    const found = await columnOf(ledger, next, options);
    if (!found || isEachItsOwn(found.column) || (next === 'file' && found.column.values.length < 2)) continue;
    const instead = next === 'ledger' ? 'the whole ledger is one stream' : `the streams are taken by ${next}`;
    const speaker = columns.provider ? key : 'agent_id';
    const note = `Each of the ${formatCount(columns.n)} events has its own ${speaker}: ${instead}.`;
    return { key: next, ...found, notes: [note, ...missingNotes(next, found, columns)] };
  }
  return { key, ...asked, notes: [] };
}

type Found = Pick<Grouping, 'column' | 'inFingerprint'>;

async function columnOf(
  { columns, streamColumn }: GroupedLedger,
  key: string,
  options: Options,
): Promise<Found | null> {
  const held = heldStreams(columns, key);
  if (held) return { column: held, inFingerprint: key !== 'label' };
  return (await streamColumn?.(key, options)) ?? null;
}

const keysOf = ({ columns, report }: GroupedLedger): readonly string[] =>
  report?.streamKeys.map(({ key }) => key) ??
  ['provider_id', 'agent_id', 'thread_id', 'ledger'].filter((key) => heldStreams(columns, key));

/** True if no two events are of one stream. */
function isEachItsOwn({ codes, values }: DictionaryColumn): boolean {
  if (codes.length < 2 || values.length + 1 < codes.length) return false;
  const met = new Uint8Array(values.length + 1);
  return codes.every((code) => met[code + 1]++ === 0);
}

/** Missing providers and agents are counted when the ledger is opened. */
function missingNotes(key: string, { column }: Found, { n, provider, agent }: LedgerColumns): string[] {
  if (column === provider || column === agent) return [];
  const missing = column.codes.reduce((sum, code) => sum + (code < 0 ? 1 : 0), 0);
  if (missing === 0) return [];
  const name = JSON.stringify(readStreamKey(key).name);
  return [`${formatCount(missing)} of ${formatCount(n)} events without ${name}: they are the stream "(none)".`];
}
