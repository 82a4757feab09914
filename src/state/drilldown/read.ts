import type { IndexRange } from '../../core/columns.ts';
import type { EventIndex, LedgerRow, StreamIndex } from '../../core/units.ts';
import {
  agentRates,
  type AgentsResult,
  type AgentSums,
  type ContextDrop,
  type ModelCost,
  type ToolUse,
  type Vote,
} from '../../detection/drilldown/agents.ts';
import type { Conversation, HandoffGraph, Turn, TurnFields, WordsResult } from '../../detection/drilldown/types.ts';
import type { AlertKind, EventState } from '../../detection/types.ts';
import type { ColumnMapping } from '../../ledger/types.ts';
import type { AlertPlace } from '../../workers/drilldown.ts';
import type { Axis, EngineApi } from '../../workers/protocol.ts';
import { formatCount } from '../../core/format.ts';
import type { Row, Tables } from '../tables.ts';
import {
  agentAlertsSql,
  agentNamesSql,
  agentSumsSql,
  columnsSql,
  contextDropsSql,
  handoffsSql,
  isEventColumn,
  modelCostsSql,
  streamCondition,
  textsSql,
  threadSql,
  toolUsesSql,
  votesSql,
} from './sql.ts';

/** Drill-down questions that need the database: rows by SQL, the rest in the engine's worker. */

/** What the questions are asked of. */
export interface DrilldownSession {
  readonly engine: Pick<EngineApi, 'words' | 'conversation' | 'handoffGraph' | 'rowFacts' | 'rowsOf'>;
  readonly tables: Pick<Tables, 'query' | 'ensureAlerts' | 'ensureSignals'>;
}

/** Texts of a range of events: of one stream, of all but one, or of all (null). */
export interface TextSelection {
  readonly range: IndexRange;
  readonly stream: { readonly name: string; readonly not?: boolean } | null;
}
export interface WordsSelection {
  readonly window: TextSelection;
  readonly reference: TextSelection;
}

/** Texts that one comparison reads on each side. */
const MAX_TEXTS = 2000;
/** Turns of a thread that are read at once. */
const MAX_TURNS = 5000;

/** Texts of a selection, a fixed draw of them where there are many, which `notes` then say. @param side names it */
export async function readTexts(
  { engine, tables }: Pick<DrilldownSession, 'tables'> & { readonly engine: Pick<EngineApi, 'rowsOf'> },
  side: string,
  { range, stream }: TextSelection,
  key: string,
  mapping: ColumnMapping,
  notes: string[],
): Promise<string[]> {
  if (range.from >= range.to) return [];
  if (!isEventColumn(key)) await tables.ensureSignals();
  const [first, last] = await engine.rowsOf([range.from, range.to - 1]);
  const own = stream ? streamCondition(stream.name, key, mapping) : 'true';
  const rows = await tables.query(
    textsSql({ from: first, to: last + 1 }, stream?.not ? `not (${own})` : own, MAX_TEXTS),
  );
  const total = rows.length > 0 ? (rows[0].total as number) : 0;
  if (total > rows.length)
    notes.push(
      `${formatCount(rows.length)} of the ${formatCount(total)} texts of ${side} were drawn, ` +
        'the same ones every time.',
    );
  return rows.map((row) => row.text as string);
}

/** Characteristic terms of the window; the notes say where texts were drawn. */
export async function readWords(
  session: DrilldownSession,
  selection: WordsSelection,
  key: string,
  mapping: ColumnMapping,
): Promise<WordsResult> {
  const notes: string[] = [];
  const window = await readTexts(session, 'the window', selection.window, key, mapping, notes);
  const reference = await readTexts(session, 'the reference', selection.reference, key, mapping, notes);
  const result = await session.engine.words({ window, reference });
  return { ...result, notes: [...notes, ...result.notes] };
}

/** A turn with what the engine knows of it. */
export interface ThreadTurn extends Turn {
  /** -1 if its stream is not tracked. */
  readonly index: EventIndex;
  /** -1 likewise. */
  readonly stream: StreamIndex;
  readonly eventState: EventState | null;
  readonly alerts: readonly AlertPlace[];
}
export interface ThreadView extends Omit<Conversation, 'turns'> {
  readonly turns: readonly ThreadTurn[];
  /** Turns of the whole thread. */
  readonly total: number;
}

/** A thread from row `from` on (0 = from its start), at most `MAX_TURNS` turns. */
export async function readThread(
  { engine, tables }: DrilldownSession,
  thread: string | null,
  from: LedgerRow = 0,
): Promise<ThreadView> {
  const rows = await tables.query(threadSql(thread, from, MAX_TURNS));
  const names = await tables.query(agentNamesSql);
  const turns = rows.map(turnOf);
  const [{ turns: read, graph }, facts] = await Promise.all([
    engine.conversation(
      turns,
      names.map(({ name }) => name as string),
    ),
    engine.rowFacts(turns.map(({ row }) => row)),
  ]);
  return {
    graph,
    total: rows.length > 0 ? (rows[0].total as number) : 0,
    turns: read.map((turn, i) => ({
      ...turn,
      index: facts.index[i],
      stream: facts.stream[i],
      eventState: facts.eventStates[i],
      alerts: facts.alerts[i],
    })),
  };
}

/** Hand-offs of the whole ledger. */
export async function readHandoffs({ engine, tables }: DrilldownSession): Promise<HandoffGraph> {
  const rows = await tables.query(handoffsSql);
  return engine.handoffGraph(rows.map(turnOf), []);
}

function turnOf(row: Row): TurnFields {
  const number = (value: unknown) => (typeof value === 'number' ? value : Number.NaN);
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    row: row.row as number,
    thread: text(row.thread),
    speaker: text(row.speaker),
    text: text(row.text),
    time: number(row.time),
    latency: number(row.latency),
    handoffTo: text(row.handoffTo) || null,
    role: text(row.role),
  };
}

/** An alert beside the agent that spoke when it fired. */
interface AgentAlert {
  readonly alert: number;
  readonly kind: AlertKind;
  readonly stream: string;
  readonly fired: EventIndex;
  readonly agent: string | null;
  readonly model: string | null;
}
export interface AgentsView extends AgentsResult {
  readonly alerts: readonly AgentAlert[];
  /** The dearest first. */
  readonly models: readonly ModelCost[];
  /** False where the file has no column `model`, or `tool_name`. */
  readonly hasModels: boolean;
  readonly hasTools: boolean;
  readonly tools: readonly ToolUse[];
  readonly drops: readonly ContextDrop[];
}

/** Columns that the file may have beyond those of a ledger. */
export async function furtherColumns(
  tables: Pick<Tables, 'query'>,
): Promise<{ readonly hasModels: boolean; readonly hasTools: boolean }> {
  const found = await tables.query(columnsSql);
  const isText = (name: string) =>
    found.some((column) => column.name === name && String(column.type).startsWith('VARCHAR'));
  return { hasModels: isText('model'), hasTools: isText('tool_name') };
}

/** Rates of every agent over buckets of the whole ledger along the axis. */
export async function readAgents({ tables }: DrilldownSession, axis: Axis, buckets: number): Promise<AgentsView> {
  await tables.ensureAlerts();
  const { hasModels, hasTools } = await furtherColumns(tables);
  const sums = (await tables.query(agentSumsSql(axis, buckets, hasTools))) as unknown as AgentSums[];
  const votes = (await tables.query(votesSql(axis, buckets))) as unknown as Vote[];
  const alerts = (await tables.query(agentAlertsSql(hasModels))) as unknown as AgentAlert[];
  const models = (await tables.query(modelCostsSql(hasModels))) as unknown as ModelCost[];
  const tools = hasTools ? ((await tables.query(toolUsesSql)) as unknown as ToolUse[]) : [];
  const drops = (await tables.query(contextDropsSql)) as unknown as ContextDrop[];
  return { ...agentRates(sums, votes, buckets), alerts, models, hasModels, hasTools, tools, drops };
}
