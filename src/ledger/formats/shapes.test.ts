import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { collector, failure, named, open } from '../testing.ts';
import type { NamedBlob } from '../types.ts';

/** Files of shapes.test.ts of ../shapes as ledgers: they open by their bytes, and what they gave is said. */

const FOLDER = new URL('../fixtures/shapes/', import.meta.url);
const load = (name: string): NamedBlob => named(name, readFileSync(new URL(name, FOLDER)));
const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const EXPECTED = JSON.parse(textOf('otlp_expected.json')) as readonly Readonly<Record<string, unknown>>[];

/** Events of each file. */
const EVENTS: Readonly<Record<string, number>> = {
  'autogen.json': 4,
  'autogen_events.jsonl': 4,
  'autogen_history.json': 8,
  'autogen_runtime.jsonl': 5,
  'collector_events.jsonl': 5,
  'collector_otlp.jsonl': 10,
  'crewai.json': 8,
  'crewai_log.json': 5,
  'inspect.json': 8,
  'inspect_log.json': 8,
  'js_console.jsonl': 4,
  'js_otlp.json': 4,
  'js_otlp.pb': 4,
  'js_readable.json': 4,
  'langfuse_api.json': 5,
  'langfuse_blob.jsonl': 9,
  'langfuse_screen.csv': 9,
  'langfuse_sdk.pb': 5,
  'langsmith.jsonl': 10,
  'langsmith_bulk.parquet': 10,
  'langsmith_sdk.jsonl': 4,
  'lmsys_arena.jsonl': 8,
  'messages_anthropic.jsonl': 4,
  'messages_openai.jsonl': 8,
  'metagpt.json': 8,
  'openai_v2_logs.jsonl': 3,
  'openinference.jsonl': 3,
  'openinference_agents.jsonl': 6,
  'openinference_langgraph.jsonl': 4,
  'openinference_lines.jsonl': 3,
  'openllmetry.jsonl': 3,
  'openllmetry_langgraph.jsonl': 4,
  'openllmetry_lines.jsonl': 3,
  'openllmetry_old.jsonl': 3,
  'otlp.jsonl': 10,
  'otlp_array.json': 10,
  'otlp_delimited.pb': 10,
  'otlp_length32.pb': 10,
  'otlp_pretty.json': 10,
  'otlp_proto_names.jsonl': 10,
  'otlp_request.pb': 10,
  'phoenix_dataframe.parquet': 10,
  'sdk_console.json': 10,
  'sdk_lines.jsonl': 10,
  'sharegpt.json': 4,
  'swe_agent.traj': 9,
  'swe_agent_steps.traj': 4,
  'tau2_bench.json': 8,
  'tau_bench.json': 5,
  'transcript.jsonl': 5,
  'wildchat.jsonl': 8,
};
/** Opens together with its log records only. */
const SILENT = 'openai_v2.jsonl';

const ZIPKIN = { traceId: '01', id: '02', timestamp: 1, duration: 2, localEndpoint: {}, tags: { 'a.b': 'c' } };
const JAEGER = { traceID: '01', spans: [{ spanID: '02', operationName: 'chat m', tags: [] }], processes: { p1: {} } };
const AGENTS = { object: 'trace.span', id: 'span_1', trace_id: 'trace_1', span_data: { type: 'response' } };
const AS_OTLP = 'Export them as OTLP, such as with the file exporter of a Collector';
/** What is known, and not read so. */
const REFUSED: readonly (readonly [what: string, name: string, text: string, message: string])[] = [
  [
    'traces of Jaeger',
    'a.json',
    JSON.stringify({ data: [JAEGER] }),
    `a.json: no event can be read from it. Traces in the JSON of Jaeger are not read. ${AS_OTLP}`,
  ],
  [
    'spans of Zipkin',
    'a.json',
    JSON.stringify([ZIPKIN]),
    `a.json: no event can be read from it. Spans in the JSON of Zipkin are not read. ${AS_OTLP}`,
  ],
  [
    'a packed log of Inspect',
    'a.eval',
    'PK\x03\x04',
    'a.eval: it is a log of Inspect in its packed form. Turn it into JSON (inspect log convert --to json)',
  ],
  [
    'spans of the OpenAI Agents SDK without responses',
    'a.jsonl',
    JSON.stringify(AGENTS),
    'a.jsonl: no event can be read from it. Spans of the OpenAI Agents SDK: no event of 1 trace; 1 span without ' +
      'captured content left out. Let the processor write span_data.response too (docs/ledger-format.md has one), ' +
      'and record again',
  ],
];

describe('files that are no ledgers but hold events', () => {
  it('are all named here', () => {
    const files = readdirSync(FOLDER).filter((name) => !name.endsWith('expected.json') && name !== SILENT);
    expect(files.sort()).toEqual(Object.keys(EVENTS).sort());
  });

  it.each(Object.entries(EVENTS))('%s has %i events, and says what it is', async (name, events) => {
    const { report, columns } = await open(load(name));
    expect(report).toMatchObject({ events, rowsRead: events, leftOut: [], embedder: 'built-in' });
    expect(report.notes[0]).toMatch(
      /^(?:OpenTelemetry spans|Langfuse|LangSmith|Lists of messages|AutoGen|CrewAI|MetaGPT|Transcripts)/,
    );
    expect(columns.agent!.codes.every((code) => code >= 0)).toBe(true);
  });

  it.each(['otlp.jsonl', 'otlp_pretty.json', 'otlp_array.json', 'otlp_request.pb', 'otlp_delimited.pb'])(
    '%s is in the database what the SDK had',
    async (name) => {
      const sink = collector();
      const { columns } = await open(load(name), { sink });
      const rows = [...sink.rows].sort((a, b) => Number(a.row) - Number(b.row));
      expect(Array.from(columns.time, (ms) => Math.round(ms * 1000))).toEqual(
        EXPECTED.map(({ ts }) => Date.parse(String(ts)) * 1000 + Number(String(ts).slice(23, 26))),
      );
      for (const [i, row] of rows.entries()) {
        const { event_id, input_tokens, output_tokens, cached_tokens, ...others } = EXPECTED[i];
        expect(row).toMatchObject({ ...others, ts: row.ts, 'event_id (file)': event_id, event_id: BigInt(i) });
        expect([row.input_tokens, row.output_tokens, row.cached_tokens].map((count) => count && Number(count))).toEqual(
          [input_tokens, output_tokens, cached_tokens].map((count) => count ?? null),
        );
      }
    },
  );

  it('the files of a folder are one: traces over files, spans beside their log records', async () => {
    const lines = textOf('otlp.jsonl').trim().split('\n');
    const folder = lines.map((line, i) => named(`traces/part-${i}.jsonl`, line));
    const { report, columns } = await open(folder);
    const whole = await open(load('otlp.jsonl'));
    expect(report).toMatchObject({ events: 10, files: 3, fingerprint: whole.report.fingerprint });
    expect(report.notes[0]).toBe(whole.report.notes[0]);
    expect(columns.agent).toEqual(whole.columns.agent);
    const logged = await open([load(SILENT), load('openai_v2_logs.jsonl')]);
    expect(logged.report.events).toBe(3);
  });

  it('spans that another file has again, in whatever form, are kept once and counted', async () => {
    const whole = await open(load('otlp.jsonl'));
    const again = await open([
      load('otlp.jsonl'),
      named('retries.jsonl.gz', new Uint8Array(gzipSync(textOf('otlp.jsonl').split('\n')[0]))),
      load('otlp_request.pb'),
    ]);
    expect(again.report).toMatchObject({ events: 10, fingerprint: whole.report.fingerprint });
    expect(again.report.notes[0]).toMatch(/; \d+ spans written twice, kept once/);
  });

  it('where nothing was captured the reason is said, and what to do', async () => {
    const error = await failure(open(load(SILENT)));
    expect(error.message).toBe(
      'openai_v2.jsonl: no event can be read from it. OpenTelemetry spans: no event of 3 traces; 3 spans without ' +
        'captured content left out. Let the instrumentation capture what is said, with ' +
        'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true or what it has in its place, and record again',
    );
  });

  it.each([
    ['phoenix.json', 'sdk_lines.jsonl', 10],
    ['langfuse.json', 'langfuse_blob.jsonl', 9],
  ])('%s: documents within one object around their list, as an API gives them', async (name, from, events) => {
    const list = textOf(from)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    for (const space of [0, 2]) {
      const text = JSON.stringify({ data: list, meta: { page: 1 } }, null, space);
      expect((await open(named(name, text))).report).toMatchObject({ events, leftOut: [] });
    }
  });

  it.each([
    ['a web server', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"01","spanId":"02","name":"GET /"}]}]}]}'],
    ['metrics', '{"resourceMetrics":[{"scopeMetrics":[]}]}'],
  ])('%s holds no events, and that is said', async (_, text) => {
    expect((await failure(open(named('x.json', text)))).message).toMatch(
      /^x\.json: no event can be read from it\. OpenTelemetry spans: no event of [01] traces?.*\. Open traces/,
    );
  });

  it.each(REFUSED)('%s: refused, and what to do', async (_, name, text, message) => {
    expect((await failure(open(named(name, text)))).message).toBe(message);
  });

  it('lines that are not JSON are counted', async () => {
    const broken = `${textOf('sdk_lines.jsonl')}{"name": "cut`;
    const { report } = await open(named('spans.jsonl', broken));
    expect(report.events).toBe(10);
    expect(report.leftOut).toMatchObject([{ reason: 'the file ends in the middle of the line', count: 1 }]);
  });

  it.each(['otlp_request.pb', 'otlp_delimited.pb', 'otlp_length32.pb'])(
    '%s damaged anywhere is refused by name, or opens; never anything else',
    async (name) => {
      const whole = readFileSync(new URL(name, FOLDER));
      for (let i = 0; i < whole.length; i += 97) {
        const bytes = Uint8Array.from(whole);
        bytes[i] ^= 1 << (i % 8);
        const outcome = await open(named(name, bytes)).catch((thrown: unknown) => thrown as Error);
        if (outcome instanceof Error) {
          expect(outcome.message).toContain(name);
          expect(outcome.message).not.toMatch(/internal/i);
        }
      }
    },
  );
});

describe('everyday forms of JSON', () => {
  const row = (i: number): string => `{"event_id":${i},"agent_id":"${'ab'[i % 2]}","text":"tea ${i}"}`;
  const rows = Array.from({ length: 12 }, (_, i) => row(i));
  const pretty = (value: string): string => JSON.stringify(JSON.parse(value), null, 2);

  it.each([
    ['lines', rows.join('\n')],
    ['an array', `[${rows.join(',')}]`],
    ['an array over lines', pretty(`[${rows.join(',')}]`)],
    ['one object around a list', pretty(`{"data":[${rows.join(',')}],"count":12}`)],
    ['one object around a list, on a line', `{"data":[${rows.join(',')}],"count":12}`],
    ['documents over lines', rows.map(pretty).join('\n')],
    ['documents on one line', rows.join(' ')],
    ['documents with commas between', rows.map(pretty).join(',\n')],
    [
      'with NaN and Infinity',
      rows.map((text) => text.replace('}', ',"latency_ms":NaN,"cost_usd":-Infinity}')).join('\n'),
    ],
  ])('%s', async (_, text) => {
    const { report, columns } = await open(named('talk.json', text));
    expect(report).toMatchObject({ events: 12, leftOut: [] });
    expect(columns.agent!.values).toEqual(['a', 'b']);
    expect(Array.from(columns.latency ?? []).every(Number.isNaN)).toBe(true);
  });

  it('a document that is cut off is counted', async () => {
    const { report } = await open(named('talk.json', `${rows.map(pretty).join('\n')}\n{\n  "event_id": 12,`));
    expect(report).toMatchObject({ events: 12, leftOut: [{ reason: 'the file ends in the middle of the document' }] });
  });
});
