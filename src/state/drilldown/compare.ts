import type { IndexRange } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import type { SideLines, SideLinesRequest } from '../../analysis/sideLines.ts';
import type { SideProfile } from '../../analysis/sideProfile.ts';
import {
  agentRates,
  type AgentRates,
  type AgentsResult,
  type AgentSums,
  type Vote,
} from '../../detection/drilldown/agents.ts';
import type { Together } from '../../detection/drilldown/compare/together.ts';
import type { WordsResult } from '../../detection/drilldown/types.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import type { EmbeddingMap } from '../../workers/drilldown.ts';
import type { AnalysisReport, EngineApi } from '../../workers/protocol.ts';
import type { Side } from './compareView.ts';
import { furtherColumns, readTexts, type DrilldownSession } from './read.ts';
import { agentSumsSql, isEventColumn, streamCondition, votesSql } from './sql.ts';

/** What is asked of two sides of a comparison: a stretch of a stream each, of one ledger or of two. */

/** A side with where it is read. */
export interface Comparand {
  readonly session: {
    readonly engine: DrilldownSession['engine'] &
      Pick<EngineApi, 'sideProfile' | 'sideLines' | 'embeddingMap' | 'mapTogether'>;
    readonly tables: DrilldownSession['tables'];
  };
  readonly report: AnalysisReport;
  readonly mapping: ColumnMapping;
  readonly side: Side;
  /** Name of its ledger. */
  readonly name: string;
}

export const profileOfSide = ({ session, side: { stream, range } }: Comparand): Promise<SideProfile> =>
  session.engine.sideProfile({ stream, range });

export const linesOfSide = (
  { session, side: { stream, range } }: Comparand,
  what: Omit<SideLinesRequest, 'stream' | 'range'>,
): Promise<SideLines> => session.engine.sideLines({ stream, range, ...what });

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

export interface SideAgents extends AgentsResult {
  /** All of them together, whose names two ledgers need not share; null where there are none. */
  readonly all: AgentRates | null;
}

/** What the agents of a side did, over all of it. */
export async function agentsOfSide({ session, side, report, mapping }: Comparand): Promise<SideAgents> {
  const key = report.streamKey;
  if (!isEventColumn(key)) await session.tables.ensureSignals();
  const [first, last] = await session.engine.rowsOf([side.range.from, side.range.to - 1]);
  const { hasTools } = await furtherColumns(session.tables);
  const own = `row between ${first} and ${last} and ${streamCondition(side.stream, key, mapping)}`;
  const sums = (await session.tables.query(agentSumsSql('event', 1, hasTools, own))) as unknown as AgentSums[];
  const votes = (await session.tables.query(votesSql('event', 1, own))) as unknown as Vote[];
  const [all = null] = agentRates(
    sums.map((own) => ({ ...own, agent: 'all' })),
    [],
    1,
  ).agents;
  return { ...agentRates(sums, votes, 1), all };
}

/** Points of the map, of one ledger or of both one after the other. */
export interface SidesMap extends Together {
  readonly k: number;
  /** Which side each point is of: 0 neither, 1 a, 2 b. */
  readonly side: Uint8Array;
  /** The event of its ledger that each point is. */
  readonly index: Int32Array;
  readonly stream: Int32Array;
  /** Points of the first ledger; those of the second follow. */
  readonly ofFirst: number;
}

/** Of a larger ledger evenly spread points are shown. */
const MAX_POINTS = 60_000;

/**
 * The embeddings of both sides on one plane, among all others of their ledgers. Two ledgers have to be on the same
 * axes.
 */
export async function mapOfSides(a: Comparand, b: Comparand): Promise<SidesMap> {
  const ledgers = a.side.ledger === b.side.ledger ? [a] : a.side.ledger === 'first' ? [a, b] : [b, a];
  const maps = await Promise.all(
    ledgers.map(({ session }) => session.engine.embeddingMap(MAX_POINTS / ledgers.length)),
  );
  const [{ k }] = maps;
  if (maps.some((map) => map.k !== k))
    throw new TautlineFailure({
      kind: 'ledger',
      problem: `the ledgers are on ${maps.map((map) => map.k).join(' and ')} axes`,
      advice: 'Put the second one on the axes of the first.',
    });
  const joined = <A extends Float32Array | Int32Array>(into: A, part: (map: EmbeddingMap) => A): A => {
    let at = 0;
    for (const map of maps) {
      into.set(part(map), at);
      at += part(map).length;
    }
    return into;
  };
  const n = maps.reduce((sum, { index }) => sum + index.length, 0);
  const x = joined(new Float32Array(n * k), (map) => map.x);
  const index = joined(new Int32Array(n), (map) => map.index);
  const stream = joined(new Int32Array(n), (map) => map.stream);
  const side = new Uint8Array(n);
  let from = 0;
  maps.forEach((map, i) => {
    for (const [id, one] of [
      [1, a],
      [2, b],
    ] as const) {
      if (one.side.ledger !== ledgers[i].side.ledger) continue;
      const own = one.report.streams.findIndex(({ name }) => name === one.side.stream);
      const { range } = one.side;
      for (let j = from; j < from + map.index.length; j += 1)
        if (side[j] === 0 && stream[j] === own && index[j] >= range.from && index[j] < range.to) side[j] = id;
    }
    from += map.index.length;
  });
  const together = await ledgers[0].session.engine.mapTogether({ x, k, side });
  return { ...together, k, side, index, stream, ofFirst: maps[0].index.length };
}

/** The stretch of a ledger that a side begins with: a half of what is looked at. */
export const halves = ({ from, to }: IndexRange): readonly [IndexRange, IndexRange] => {
  const middle = from + ((to - from) >> 1);
  return [
    { from, to: middle },
    { from: middle, to },
  ];
};
