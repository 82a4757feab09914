import type { IndexRange } from '../../core/columns.ts';
import type { SideProfile, SideRequest } from '../../analysis/sideProfile.ts';
import { agentRates, type AgentsResult, type AgentSums, type Vote } from '../../detection/drilldown/agents.ts';
import type { SeriesName } from '../../detection/channels/table.ts';
import type { WordsResult } from '../../detection/drilldown/types.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import type { AnalysisReport, EngineApi } from '../../workers/protocol.ts';
import { readRange, writeRange } from '../evidenceChoices.ts';
import { furtherColumns, readTexts, type DrilldownSession } from './read.ts';
import { agentSumsSql, isEventColumn, streamCondition, votesSql } from './sql.ts';

/** Two sides of a comparison: a stretch of a stream each, of one ledger or of two. */

export type SideId = 'a' | 'b';
export type Side = SideRequest;

/** As the address has it: `a=0-200=provider-a`. */
export const writeSide = (id: SideId, { stream, range }: Side): string => `${id}=${writeRange(range)}=${stream}`;

export function readSide(id: SideId, texts: readonly string[]): Side | null {
  for (const text of texts) {
    const [own, range, ...stream] = text.split('=');
    const read = own === id && range !== undefined ? readRange(range) : null;
    if (read && stream.length > 0) return { range: read, stream: stream.join('=') };
  }
  return null;
}

/** A side with where it is read. */
export interface Comparand {
  readonly session: {
    readonly engine: DrilldownSession['engine'] & Pick<EngineApi, 'sideProfile' | 'series' | 'embeddingMap'>;
    readonly tables: DrilldownSession['tables'];
  };
  readonly report: AnalysisReport;
  readonly mapping: ColumnMapping;
  readonly side: Side;
}

export const profileOfSide = ({ session, side }: Comparand): Promise<SideProfile> => session.engine.sideProfile(side);

/** Points of a signal along the events of the ledger from the start of the stretch on: interleaved x, y. */
export async function lineOfSide(
  { session, report, side }: Comparand,
  name: SeriesName,
  buckets: number,
): Promise<Float64Array> {
  const stream = report.streams.findIndex((one) => one.name === side.stream);
  const { lines } = await session.engine.series({ name, range: side.range, axis: 'event', buckets, streams: [stream] });
  return (lines[0]?.points ?? new Float64Array()).map((value, i) => (i % 2 === 0 ? value - side.range.from : value));
}

const selectionOf = ({ range, stream }: Side) => ({ range, stream: { name: stream } });

/** Words of b against those of a. */
export async function wordsOfSides(a: Comparand, b: Comparand): Promise<WordsResult> {
  const notes: string[] = [];
  const textsOf = ({ session, side, report, mapping }: Comparand, name: string) =>
    readTexts(session, name, selectionOf(side), report.streamKey, mapping, notes);
  const [reference, window] = await Promise.all([textsOf(a, 'a'), textsOf(b, 'b')]);
  const result = await a.session.engine.words({ window, reference });
  return { ...result, notes: [...notes, ...result.notes] };
}

/** What the agents of a side did, over all of it. */
export async function agentsOfSide({ session, side, report, mapping }: Comparand): Promise<AgentsResult> {
  const key = report.streamKey;
  if (!isEventColumn(key)) await session.tables.ensureSignals();
  const [first, last] = await session.engine.rowsOf([side.range.from, side.range.to - 1]);
  const { hasTools } = await furtherColumns(session.tables);
  const own = `row between ${first} and ${last} and ${streamCondition(side.stream, key, mapping)}`;
  const sums = (await session.tables.query(agentSumsSql('event', 1, hasTools, own))) as unknown as AgentSums[];
  const votes = (await session.tables.query(votesSql('event', 1, own))) as unknown as Vote[];
  return agentRates(sums, votes, 1);
}

/** The stretch of a ledger that a side begins with: a half of what is looked at. */
export const halves = ({ from, to }: IndexRange): readonly [IndexRange, IndexRange] => {
  const middle = from + ((to - from) >> 1);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
};
