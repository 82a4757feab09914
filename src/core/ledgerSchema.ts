/** What an event of a trace can be. */
export const EVENT_KINDS = ['model', 'tool', 'agent'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** How a column is stored: in the database and in files that are written. */
export type ColumnType = 'int64' | 'int8' | 'float64' | 'timestamp' | 'bool' | 'utf8' | 'float32[]';

/** What a column of a file is, whatever its exact type. */
export type TypeClass = 'integer' | 'float' | 'decimal' | 'boolean' | 'string' | 'time' | 'vector' | 'none' | 'other';

/**
 * What a column is for once the ledger is open. `key`: order and identity; `light`: a number per event in memory;
 * `dictionary`: a category per event in memory; `text`: its length is in memory, what it says in the database;
 * `vector`: read in batches; `stored`: in the database only.
 */
export type ColumnRole = 'key' | 'light' | 'dictionary' | 'text' | 'vector' | 'stored';

interface ColumnRow {
  /** Its property in `LedgerColumns` and in `LedgerTable`. */
  readonly key: string;
  readonly role: ColumnRole;
  readonly type: ColumnType;
  /** Whether a ledger has to have it; absent: it is used where it is there. */
  readonly required?: string;
  /** What it must be, as refusals and the format's page say it. */
  readonly needed: string;
  readonly accepts: readonly TypeClass[];
  /** What to do about a column of another type. */
  readonly advice: string;
  /** True if the ledger's fingerprint covers it: a ledger that differs here has other answers. */
  readonly inFingerprint: boolean;
  /** True if an empty text says nothing, as NULL does. */
  readonly emptyIsNull?: boolean;
  /** Other names under which it is met, best first; compared without case, after its own name. */
  readonly aliases: readonly string[];
  /** One sentence for whoever maps or writes the column. */
  readonly help: string;
}

const NAME = {
  type: 'utf8',
  needed: 'VARCHAR',
  accepts: ['string', 'integer', 'boolean'],
  advice: 'Cast it to VARCHAR, or map another column',
} as const;
const COUNT = {
  type: 'int64',
  needed: 'BIGINT',
  accepts: ['integer', 'float', 'decimal'],
  advice: 'Cast it to BIGINT, or map another column',
} as const;
const MEASURE = {
  type: 'float64',
  needed: 'DOUBLE',
  accepts: ['float', 'integer', 'decimal'],
  advice: 'Cast it to DOUBLE, or map another column',
} as const;
const STREAM = { ...NAME, role: 'dictionary', inFingerprint: true } as const;
const STORED = { role: 'stored', inFingerprint: false } as const;

/**
 * Every column of a ledger (docs/ledger-format.md), in the order in which it is shown. Reading, mapping, the database,
 * writing, the capacity, the fingerprint and the format's page follow from a row.
 */
export const LEDGER_SCHEMA = {
  event_id: {
    key: 'eventId',
    role: 'key',
    type: 'int64',
    needed: 'BIGINT',
    accepts: ['integer', 'string', 'float'],
    advice:
      'Number the events with BIGINT ids (numeric strings are read too), or leave event_id unmapped: ' +
      'the position in the file is used then',
    inFingerprint: true,
    aliases: ['id', 'eventid', 'event', 'message_id', 'msg_id', 'seq', 'sequence', 'index'],
    help: 'Unique number of the event; breaks ties of ts.',
  },
  ts: {
    key: 'time',
    required: 'yes, unless order is all there is',
    role: 'key',
    type: 'timestamp',
    needed: 'TIMESTAMP, ISO 8601, or a number of s, ms, µs or ns since 1970 (1980 to 2100)',
    accepts: ['time', 'integer', 'float', 'decimal', 'string'],
    advice: 'Cast it to TIMESTAMP, or write all of it in one unit since 1970',
    inFingerprint: true,
    aliases: [
      ...['timestamp', 'time', 'event_time', 'created_at', 'datetime', 'date_time', 'start_time', 'time_unix_ms'],
      ...['epoch_ms', 'created', 'date', 'when'],
    ],
    help: 'When the event arrived, UTC; without it events are in the order of event_id.',
  },
  provider_id: {
    ...STREAM,
    key: 'provider',
    required: 'no: else agent_id, role or file',
    aliases: [
      ...['gen_ai.provider.name', 'gen_ai.system', 'provider', 'provider_name', 'vendor'],
      // The model is the provider only where nothing states the provider.
      ...['model', 'model_id', 'model_name', 'gen_ai.response.model', 'gen_ai.request.model'],
    ],
    help: 'The model provider or architecture: the default stream.',
  },
  agent_id: {
    ...STREAM,
    key: 'agent',
    required: 'no: else provider_id',
    aliases: [
      ...['gen_ai.agent.name', 'gen_ai.agent.id', 'agent', 'agent_name', 'speaker', 'author', 'sender', 'from', 'name'],
      'who',
    ],
    help: 'Who speaks.',
  },
  thread_id: {
    ...STREAM,
    key: 'thread',
    aliases: [
      ...['gen_ai.conversation.id', 'thread', 'conversation_id', 'conversation', 'session_id', 'session'],
      ...['dialogue_id', 'dialog_id', 'chat_id', 'trace_id', 'run_id'],
    ],
    help: 'The dialogue that the event belongs to.',
  },
  instantiation_id: {
    ...STREAM,
    key: 'instantiation',
    aliases: ['instantiation', 'instance_id', 'service.instance.id'],
    help: 'Changes at a stateless reset of the agent.',
  },
  embedding: {
    key: 'embeddings',
    required: 'for drift, or text',
    role: 'vector',
    type: 'float32[]',
    needed: 'FLOAT[] (list or fixed-size), DOUBLE[] or FLOAT16[]',
    accepts: ['vector'],
    advice:
      'Write the vectors as a list of FLOAT, or leave embedding unmapped: ' +
      'the text is embedded then, where there is one',
    inFingerprint: true,
    aliases: [
      ...['embeddings', 'vector', 'emb', 'embedding_vector', 'sentence_embedding', 'vec', 'text_embedding', 'vectors'],
      'embedding.embeddings.0.embedding.vector',
    ],
    help: 'Semantic embedding of the event; NULL is an empty event (a pause).',
  },
  text: {
    ...NAME,
    accepts: ['string'],
    key: 'text',
    required: 'for drift, or embedding',
    role: 'text',
    inFingerprint: true,
    aliases: [
      ...['content', 'message', 'body', 'utterance', 'message_text', 'gen_ai.completion', 'output', 'response'],
    ],
    help: 'The message; it is embedded where there is no embedding.',
  },
  role: {
    ...NAME,
    ...STORED,
    key: 'role',
    aliases: ['gen_ai.message.role', 'message_role', 'speaker_role'],
    help: 'system, user, assistant or tool.',
  },
  latency_ms: {
    ...MEASURE,
    key: 'latency',
    role: 'light',
    inFingerprint: true,
    aliases: [
      ...['duration_ms', 'response_time_ms', 'elapsed_ms', 'latency_milliseconds', 'latency_s', 'latency_sec'],
      ...['latency_seconds', 'duration_s', 'duration_sec', 'duration_seconds', 'response_time_s', 'elapsed_s'],
      ...['response_time_seconds', 'elapsed_seconds', 'latency_us', 'latency_ns', 'duration_us', 'duration_ns'],
      ...['latency', 'duration', 'response_time', 'elapsed'],
    ],
    help: 'Milliseconds from request to answer (other units by the end of the name); widens the adaptive window.',
  },
  shadow: {
    ...STORED,
    key: 'shadow',
    type: 'bool',
    needed: 'BOOLEAN',
    accepts: ['boolean', 'integer'],
    advice: 'Cast it to BOOLEAN, or map another column',
    aliases: ['is_shadow', 'shadow_lane'],
    help: 'True for events taken in the shadow lane.',
  },
  input_tokens: {
    ...COUNT,
    ...STORED,
    key: 'inputTokens',
    aliases: ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'prompt_tokens', 'tokens_in'],
    help: 'Tokens read by the model, cached ones included.',
  },
  output_tokens: {
    ...COUNT,
    ...STORED,
    key: 'outputTokens',
    aliases: ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'completion_tokens', 'tokens_out'],
    help: 'Tokens written by the model.',
  },
  cached_tokens: {
    ...COUNT,
    ...STORED,
    key: 'cachedTokens',
    aliases: [
      ...['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cached_tokens'],
      ...['cached_input_tokens', 'cache_read_tokens'],
    ],
    help: 'Input tokens that came from a cache.',
  },
  cost_usd: {
    ...MEASURE,
    ...STORED,
    key: 'costUsd',
    aliases: ['cost', 'cost_dollars', 'price_usd', 'gen_ai.usage.cost'],
    help: 'What the event cost, US dollars.',
  },
  handoff_to: {
    ...NAME,
    ...STORED,
    key: 'handoffTo',
    aliases: ['handoff', 'hand_off_to', 'transfer_to', 'next_agent'],
    help: 'The agent that is handed control, where the log states it.',
  },
  outcome: {
    ...NAME,
    ...STORED,
    key: 'outcome',
    aliases: ['result', 'status'],
    help: 'ok, rework, error or escalated.',
  },
  decision: {
    ...NAME,
    ...STORED,
    key: 'decision',
    aliases: ['vote', 'choice'],
    help: 'The vote or choice, for disagreement.',
  },
  autonomy_level: {
    ...COUNT,
    ...STORED,
    key: 'autonomyLevel',
    type: 'int8',
    needed: 'TINYINT',
    advice: 'Write 1, 2 or 3 (at most -128 to 127), or map another column',
    aliases: ['autonomy'],
    help: '1 assistive, 2 semi-autonomous, 3 autonomous.',
  },
  label: {
    ...NAME,
    key: 'label',
    role: 'dictionary',
    inFingerprint: false,
    emptyIsNull: true,
    aliases: ['fault', 'ground_truth'],
    help:
      'Ground truth: the name of a fault that is under way, NULL or empty for none. `transient`, `backoff` and what ' +
      'begins with `ok:` are to be absorbed: no alert is expected.',
  },
} as const satisfies Readonly<Record<string, ColumnRow>>;

type Schema = typeof LEDGER_SCHEMA;
export type LedgerColumnName = keyof Schema;
export type ColumnSpec = ColumnRow & { readonly name: LedgerColumnName };

export const LEDGER_COLUMNS = Object.keys(LEDGER_SCHEMA) as readonly LedgerColumnName[];

/** The row of a column. */
export const columnSpec = (name: LedgerColumnName): ColumnSpec => ({ name, ...LEDGER_SCHEMA[name] });

/** Names of the columns of a role. */
export type ColumnsOf<R extends ColumnRole> = {
  [C in LedgerColumnName]: Schema[C]['role'] extends R ? C : never;
}[LedgerColumnName];

/** Properties of the columns of a role. */
export type KeysOf<R extends ColumnRole> = Schema[ColumnsOf<R>]['key'];

/** The columns of a role, in their order. */
export const columnsOf = <R extends ColumnRole>(role: R): readonly ColumnsOf<R>[] =>
  LEDGER_COLUMNS.filter((name): name is ColumnsOf<R> => LEDGER_SCHEMA[name].role === role);

/** The property of a column. */
export const keyOf = <C extends LedgerColumnName>(name: C): Schema[C]['key'] => LEDGER_SCHEMA[name].key;
