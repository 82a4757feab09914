import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shapeOf } from './list.ts';
import { framingOf, MAX_PREFIX, requestAt, requestJson } from './otlpProto.ts';
import type { ShapeOptions, ShapeRow } from './shape.ts';
import { byTime, dense, documentsOf, load, read } from './testing.ts';

const expected = (name: string): ShapeRow[] => JSON.parse(load(name)) as ShapeRow[];
const inOrder = (rows: readonly ShapeRow[]): ShapeRow[] => byTime(rows).map(dense);
const OTEL = inOrder(expected('otlp_expected.json'));

const OTEL_NOTE =
  'OpenTelemetry spans: 7 model calls, 2 tool calls and 1 agent span of 3 traces; 2 agent spans gave context only; ' +
  '2 spans without captured content left out.';

describe('spans that the OpenTelemetry SDKs wrote', () => {
  it.each(['otlp.jsonl', 'otlp_pretty.json', 'otlp_array.json', 'otlp_proto_names.jsonl'])(
    '%s is what the SDK had, to the nanosecond',
    (name) => {
      const { shape, rows, note } = read([documentsOf(name)]);
      expect(shape).toBe('otlp');
      expect(inOrder(rows)).toEqual(OTEL);
      expect(note).toBe(OTEL_NOTE);
    },
  );

  it.each(['sdk_console.json', 'sdk_lines.jsonl'])('%s is the same to the microsecond, as it is printed', (name) => {
    const { shape, rows, note } = read([documentsOf(name)]);
    expect(shape).toBe('spans');
    expect(inOrder(rows)).toEqual(
      OTEL.map((row) => ({ ...row, latency_ms: Math.round(Number(row.latency_ms) * 1e3) / 1e3 })),
    );
    expect(note).toBe(OTEL_NOTE);
  });

  it.each(['js_otlp.json', 'js_console.jsonl', 'js_readable.json'])('%s of JavaScript is what that SDK had', (name) => {
    const { rows, note } = read([documentsOf(name)]);
    expect(inOrder(rows).map((row) => ({ ...row, instantiation_id: undefined }))).toEqual(
      inOrder(expected('js_expected.json')).map((row) => ({ ...row, instantiation_id: undefined })),
    );
    expect(note).toBe(
      'OpenTelemetry spans: 2 model calls and 2 tool calls of 2 traces; 2 agent spans gave context only.',
    );
  });

  it.each([
    ['openinference', 'openai'],
    ['openllmetry', 'openai'],
    ['openllmetry_old', 'OpenAI'],
  ])('%s as the instrumentation recorded it', (name, provider) => {
    const { rows } = read([documentsOf(`${name}.jsonl`)]);
    const more = {
      provider_id: provider,
      agent_id: 'trip-chat',
      input_tokens: 11,
      output_tokens: 5,
      model: 'gpt-4o-mini',
    };
    expect(rows).toMatchObject(expected(`${name}_expected.json`).map((row) => ({ ...row, ...more, kind: 'model' })));
  });

  it('what was said may stand in log records, of whatever file', () => {
    const [spans, logs] = [documentsOf('openai_v2.jsonl'), documentsOf('openai_v2_logs.jsonl')];
    const wanted = expected('openai_v2_expected.json');
    for (const files of [[spans, logs], [logs, spans], [[...spans, ...logs]], [[...logs, ...spans]]])
      expect(read(files).rows).toMatchObject(wanted);
    expect(read([spans])).toMatchObject({
      rows: [],
      note: 'OpenTelemetry spans: no event of 3 traces; 3 spans without captured content left out.',
    });
    expect(read([logs]).rows.map((row) => row.text)).toEqual(wanted.map((row) => row.text));
  });

  it('the spans of a trace may be in several files, in any order', () => {
    const [first, second, third] = documentsOf('otlp.jsonl').map((document) => [document]);
    for (const files of [
      [first, second, third],
      [third, first, second],
      [[], third, second, first],
    ]) {
      const { rows, note } = read(files);
      expect(inOrder(rows)).toEqual(OTEL);
      expect(note).toBe(OTEL_NOTE);
    }
  });

  it('doubles of retries are kept once, and counted; so is another span of the same id', () => {
    const documents = documentsOf('otlp.jsonl');
    const again = read([documents, documents]);
    expect(inOrder(again.rows)).toEqual(OTEL);
    expect(again.note).toContain('17 spans written twice, kept once');
    const changed = JSON.parse(
      JSON.stringify(documents).replace('Rope and salt are packed.', 'Nothing is packed.'),
    ) as [];
    const both = read([documents, changed]);
    expect(inOrder(both.rows)).toEqual(OTEL);
    expect(both.note).toContain('16 spans written twice, kept once; 1 span left out: another of the same id');
  });

  it('which acts are events can be chosen', () => {
    const documents = documentsOf('otlp.jsonl');
    const kinds = (options: ShapeOptions): unknown[] =>
      read([documents], options)
        .rows.map((row) => row.kind)
        .sort();
    expect(kinds({ events: ['tool'] })).toEqual(['tool', 'tool']);
    expect(kinds({ events: ['model', 'tool'] })).toEqual([...Array<string>(7).fill('model'), 'tool', 'tool']);
    expect(kinds({ events: ['agent'] })).toEqual(['agent', 'agent']);
    expect(read([documents], { events: ['tool'] }).note).toContain(
      '9 model spans and 3 agent spans not chosen as events',
    );
  });
});

/** What the fixtures made by hand go on with: questions and answers, in turn. */
const FURTHER = ['Is it far?', 'Two days by the river.', 'And the rain?', 'March is dry.', 'Who brings tea?'].concat([
  'The cook does.',
]);
const further = (thread: string | undefined, asks = ['user', 'user'], answers = ['assistant', 'assistant']) =>
  FURTHER.map((text, i) => [...(i % 2 === 0 ? asks : answers), thread, text]);

/** Agent, role, dialogue and text of each row. */
const told = (rows: readonly ShapeRow[]): unknown[] =>
  rows.map((row) => [row.agent_id, row.role, row.thread_id, row.text ?? null]);

describe('Langfuse and LangSmith', () => {
  const LANGFUSE = [
    {
      event_id: 'o-2',
      ts: '2026-01-05T09:00:01.250000Z',
      agent_id: 'planner',
      provider_id: 'openai',
      thread_id: 's-1',
    },
    { event_id: 'o-3', ts: '2026-01-05T09:00:03.000000Z', agent_id: 'planner', role: 'tool', thread_id: 's-1' },
    {
      event_id: 'o-6',
      ts: '2026-01-05T09:01:02.000000Z',
      agent_id: 'packer',
      provider_id: 'anthropic',
      thread_id: 't-2',
    },
  ];
  const MORE = [
    {
      text: 'Take the river path.',
      latency_ms: 1250,
      input_tokens: 20,
      output_tokens: 5,
      cost_usd: 0.002,
      outcome: 'ok',
    },
    { text: 'no maps left', latency_ms: 500, outcome: 'error', error: 'no maps' },
    { text: 'Rope and salt.', latency_ms: 1000, input_tokens: 3, output_tokens: 4, model: 'claude-4' },
  ];

  it('observations of an export to a bucket', () => {
    const { shape, rows, note } = read([documentsOf('langfuse_blob.jsonl')]);
    expect(shape).toBe('langfuse');
    expect(rows.slice(0, 3)).toMatchObject(LANGFUSE.map((row, i) => ({ ...row, ...MORE[i] })));
    expect(rows).toHaveLength(9);
    expect(note).toBe(
      'Langfuse observations: 8 model calls and 1 tool call of 2 traces; 1 agent observation gave context only; ' +
        '1 observation without captured content left out.',
    );
  });

  it('a trace with its observations, from the API', () => {
    const { shape, rows } = read([documentsOf('langfuse_api.json')]);
    expect(shape).toBe('langfuse');
    expect(rows.slice(0, 2)).toMatchObject(LANGFUSE.slice(0, 2).map((row, i) => ({ ...row, ...MORE[i] })));
  });

  it('latency without an end is in seconds', () => {
    const document = {
      id: 'x',
      trace_id: 't',
      start_time: '2026-01-05 09:00:00.000',
      name: 'a',
      provided_model_name: 'm',
      output: 'b',
      latency: 1.25,
    };
    expect(read([[document]]).rows).toMatchObject([{ latency_ms: 1250, agent_id: 'a', thread_id: 't' }]);
  });

  it('runs of LangSmith: dialogues are traces, not projects; an answer that is empty and complete is a pause', () => {
    const { shape, rows, note } = read([documentsOf('langsmith.jsonl')]);
    expect(shape).toBe('langsmith');
    expect(told(rows)).toEqual([
      ['planner', 'assistant', 'tr-1', 'Take the river path.'],
      ['planner', 'tool', 'tr-1', 'Handed over.'],
      ['packer', 'assistant', 'tr-2', 'Rope and salt.'],
      ['packer', 'assistant', 'tr-2', null],
      ...FURTHER.filter((_, i) => i % 2 === 0).map((text) => ['planner', 'assistant', 'tr-1', text]),
      ...FURTHER.filter((_, i) => i % 2 === 1).map((text) => ['packer', 'assistant', 'tr-2', text]),
    ]);
    expect(rows[0]).toMatchObject({
      event_id: 'r-2',
      ts: '2026-01-05T09:00:01.250000Z',
      latency_ms: 250,
      provider_id: 'openai',
      input_tokens: 20,
      output_tokens: 5,
      cost_usd: 0.002,
    });
    expect(rows[1].handoff_to).toBe('packer');
    expect(note).toBe(
      'LangSmith runs: 9 model calls and 1 tool call of 2 traces; 1 run without captured content left out.',
    );
  });
});

const MESSAGES: readonly (readonly [file: string, note: string, rows: readonly (readonly unknown[])[]])[] = [
  [
    'messages_openai.jsonl',
    'Lists of messages: 8 messages of 2 dialogues.',
    [
      ['system', 'system', 'c-1', 'You plan trips.'],
      ['user', 'user', 'c-1', 'Where\nto?'],
      ['planner', 'assistant', 'c-1', 'transfer_to_packer({"what":"rope"})'],
      ['tool', 'tool', 'c-1', 'done'],
      ['packer', 'assistant', 'c-1', 'Rope is packed.'],
      ['user', 'user', 'c-2', 'Tea?'],
      ['assistant', 'assistant', 'c-2', null],
      ['assistant', 'assistant', 'c-2', null],
    ],
  ],
  [
    'messages_anthropic.jsonl',
    'Lists of messages: 4 messages of 1 dialogue.',
    [
      ['user', 'user', 'a-1', 'Birds?'],
      ['assistant', 'assistant', 'a-1', 'look({"at":"sky"})'],
      ['tool', 'tool', 'a-1', 'two birds'],
      ['assistant', 'assistant', 'a-1', 'Two birds.'],
    ],
  ],
  [
    'sharegpt.json',
    'Lists of messages: 4 messages of 1 dialogue.',
    [
      ['user', 'user', 'sg_0', 'Rain?'],
      ['assistant', 'assistant', 'sg_0', 'Take a coat.'],
      ['assistant', 'assistant', 'sg_0', 'look(sky)'],
      ['tool', 'tool', 'sg_0', 'grey'],
    ],
  ],
  [
    'wildchat.jsonl',
    'Lists of messages: 8 messages of 1 dialogue.',
    [['user', 'user', 'h1', 'Hello'], ['assistant', 'assistant', 'h1', 'Hi, where to?'], ...further('h1')],
  ],
  [
    'lmsys_arena.jsonl',
    'Lists of messages: 8 messages of 2 dialogues.',
    [
      ['user', 'user', 'q1/a', 'Tea?'],
      ['assistant', 'assistant', 'q1/a', 'Green.'],
      ['user', 'user', 'q1/a', 'Is it far?'],
      ['assistant', 'assistant', 'q1/a', 'Two days.'],
      ['user', 'user', 'q1/b', 'Tea?'],
      ['assistant', 'assistant', 'q1/b', 'Black.'],
      ['user', 'user', 'q1/b', 'Is it far?'],
      ['assistant', 'assistant', 'q1/b', 'By the river.'],
    ],
  ],
  [
    'tau_bench.json',
    'Lists of messages: 5 messages of 1 dialogue.',
    [
      ['system', 'system', '3/0', 'Rules.'],
      ['user', 'user', '3/0', 'My bag is lost.'],
      ['assistant', 'assistant', '3/0', 'find_bag({})'],
      ['find_bag', 'tool', '3/0', '{"bag":"B7"}'],
      ['assistant', 'assistant', '3/0', 'Bag B7 is here.'],
    ],
  ],
  [
    'tau2_bench.json',
    'Lists of messages: 8 messages of 1 dialogue.',
    [
      ['assistant', 'assistant', 'sim-1/0', 'Hi!'],
      ['user', 'user', 'sim-1/0', 'My bag is lost.'],
      ...further('sim-1/0'),
    ],
  ],
  [
    'autogen_history.json',
    'Lists of messages: 8 messages of 1 dialogue.',
    [
      ['boss', 'assistant', '1', 'Plan the trip.'],
      ['planner', 'user', '1', 'North.'],
      ...further('1', ['boss', 'assistant'], ['planner', 'user']),
    ],
  ],
  [
    'swe_agent.traj',
    'Lists of messages: 9 messages of 1 dialogue.',
    [
      ['system', 'system', '1', 'You mend code.'],
      ['tool', 'tool', '1', 'Mend the maps.'],
      ['assistant', 'assistant', '1', 'Let me look.'],
      ...further('1', ['tool', 'tool']),
    ],
  ],
  [
    'swe_agent_steps.traj',
    'Lists of messages: 4 messages of 1 dialogue.',
    [
      ['assistant', 'assistant', '1', 'Let me look.'],
      ['tool', 'tool', '1', 'maps'],
      ['assistant', 'assistant', '1', 'I read it.'],
      ['tool', 'tool', '1', 'a river'],
    ],
  ],
  [
    'inspect.json',
    'Lists of messages: 8 messages of 1 dialogue.',
    [['user', 'user', 'x1/1', 'Where is salt?'], ['assistant', 'assistant', 'x1/1', 'By the tea.'], ...further('x1/1')],
  ],
];

describe('OpenAI Agents SDK', () => {
  const span = (id: string, data: unknown, error: unknown = null, parent = 'a'): unknown => ({
    object: 'trace.span',
    id,
    trace_id: 't',
    parent_id: parent,
    started_at: '2026-01-05T09:00:00+00:00',
    ended_at: `2026-01-05T09:00:0${id}+00:00`,
    span_data: data,
    error,
  });
  const message = (content: unknown, more: object = {}): unknown => ({ role: 'assistant', content, ...more });
  const response = (output: unknown, more: object = {}): unknown => ({
    type: 'response',
    response: { output, ...more },
  });

  it('what a response or a completion says, whose it is, and why it says nothing', () => {
    const { rows, note } = read([
      [
        { object: 'trace', id: 't', workflow_name: 'trip', group_id: 'talk-1' },
        span('1', { type: 'generation', model: 'gpt-5', output: [message('North.')], usage: { input_tokens: 4 } }),
        span('2', { type: 'generation', output: [message(null, { tool_calls: [{ function: { name: 'look' } }] })] }),
        span('3', response([{ type: 'reasoning' }], { status: 'completed' })),
        span('4', response([], { status: 'incomplete', incomplete_details: { reason: 'content_filter' } })),
        span('5', { type: 'response', response_id: 'r' }),
        span('6', { type: 'function', name: 'look', output: 'grey' }, { message: 'too dark' }),
        { ...(span('9', { type: 'agent', name: 'planner' }) as object), id: 'a', parent_id: null },
      ],
    ]);
    expect(told(rows)).toEqual([
      ['planner', 'assistant', 'talk-1', 'North.'],
      ['planner', 'assistant', 'talk-1', 'look()'],
      ['planner', 'assistant', 'talk-1', null],
      ['planner', 'assistant', 'talk-1', null],
      ['planner', 'tool', 'talk-1', 'grey'],
    ]);
    expect(rows[0]).toMatchObject({ provider_id: 'openai', input_tokens: 4, latency_ms: 1000, outcome: 'ok' });
    expect(rows[4]).toMatchObject({ outcome: 'error', error: 'too dark', tool: 'look' });
    expect(note).toContain('1 agent span gave context only; 1 span without captured content left out');
  });
});

describe('lists of messages, a row each', () => {
  it.each(MESSAGES)('%s', (name, note, rows) => {
    const found = read([documentsOf(name)]);
    expect(found.shape).toBe('messages');
    expect(told(found.rows)).toEqual(rows);
    expect(found.note).toBe(note);
  });

  it('a time is a column only where every message has one', () => {
    expect(read([documentsOf('tau2_bench.json')]).columns).toContain('ts');
    expect(read([documentsOf('wildchat.jsonl')]).columns).not.toContain('ts');
  });

  it('what a model says has the model as provider, all else its role', () => {
    const { rows } = read([documentsOf('lmsys_arena.jsonl')]);
    expect(rows.map((row) => row.provider_id)).toEqual([
      ...['user', 'm-a', 'user', 'm-a'],
      ...['user', 'm-b', 'user', 'm-b'],
    ]);
    expect(read([documentsOf('sharegpt.json')]).columns).not.toContain('provider_id');
  });

  it('handing over is told from the tool that is called', () => {
    expect(read([documentsOf('messages_openai.jsonl')]).rows[2].handoff_to).toBe('packer');
  });

  it('tools may be named by a plain name', () => {
    const calls = [{ function: 'transfer_to_packer', arguments: {} }];
    const results = { role: 'tool', function: 'transfer_to_packer', content: 'done' };
    const { rows } = read([[{ messages: [{ role: 'assistant', content: '', tool_calls: calls }, results] }]]);
    expect(rows).toMatchObject([
      { text: 'transfer_to_packer({})', handoff_to: 'packer' },
      { text: 'done', agent_id: 'transfer_to_packer' },
    ]);
  });

  it('messages by themselves are one dialogue, lists of them one each', () => {
    const [, { messages: whole }] = documentsOf('messages_openai.jsonl') as { messages: unknown[] }[];
    const alone = read([whole]);
    expect(told(alone.rows)).toEqual([
      ['user', 'user', undefined, 'Tea?'],
      ['assistant', 'assistant', undefined, null],
      ['assistant', 'assistant', undefined, null],
    ]);
    expect(alone.note).toBe('Messages of one dialogue: 3 messages.');
    expect(read([[whole, whole]]).rows.map((row) => row.thread_id)).toEqual(['1', '1', '1', '2', '2', '2']);
  });

  it('a document without messages is counted', () => {
    const { rows, note } = read([[...documentsOf('wildchat.jsonl'), { model: 'm' }]]);
    expect(rows).toHaveLength(8);
    expect(note).toBe('Lists of messages: 8 messages of 1 dialogue; 1 document without messages left out.');
  });
});

describe('logs of agents, a line each', () => {
  it.each([
    [
      'autogen.json',
      'autogen',
      'AutoGen messages: 4 messages; 1 entry of thoughts left out.',
      [
        ['user', 'user', undefined, 'Plan the trip.'],
        ['planner', 'assistant', undefined, 'search({})'],
        ['planner', 'tool', undefined, 'two maps'],
        ['planner', 'assistant', undefined, 'To you.'],
      ],
    ],
    [
      'autogen_runtime.jsonl',
      'autogen-log',
      'AutoGen runtime log: 5 events of 1 dialogue; 1 entry of messages passed on left out.',
      [
        ['planner', 'assistant', '7', 'North, then.'],
        ['planner', 'tool', '7', 'two maps'],
        ...FURTHER.filter((_, i) => i % 2 === 1).map((text) => ['planner', 'assistant', '7', text]),
      ],
    ],
    [
      'crewai.json',
      'crewai',
      'CrewAI log: 8 finished tasks; 1 entry of tasks that begin left out.',
      [
        ['Planner', 'assistant', undefined, 'North, by the river.'],
        ['Packer', 'assistant', undefined, 'Rope and salt.'],
        ...further(undefined, ['Planner', 'assistant'], ['Packer', 'assistant']),
      ],
    ],
    [
      'metagpt.json',
      'metagpt',
      'MetaGPT messages: 8 messages.',
      [
        ['user', 'user', undefined, 'Plan the trip'],
        ['ProductManager', 'assistant', undefined, 'The plan: north.'],
        ...further(undefined, ['user', 'user'], ['ProductManager', 'assistant']),
      ],
    ],
    [
      'transcript.jsonl',
      'transcript',
      'Transcripts of coding agents: 5 messages of 1 dialogue; 1 entry without a message left out; ' +
        '1 entry without text left out.',
      [
        ['user', 'user', 's-9', 'Mend the maps.'],
        ['assistant', 'assistant', 's-9', 'I look.'],
        ['assistant', 'assistant', 's-9', 'ls({})'],
        ['tool', 'tool', 's-9', 'maps.txt'],
        ['side assistant', 'assistant', 's-9', 'Done.'],
      ],
    ],
  ])('%s', (name, shape, note, rows) => {
    const found = read([documentsOf(name)]);
    expect(found.shape).toBe(shape);
    expect(told(found.rows)).toEqual(rows);
    expect(found.note).toBe(note);
  });

  it('tokens of one answer over several lines count once', () => {
    const { rows } = read([documentsOf('transcript.jsonl')]);
    expect(rows.map((row) => row.input_tokens)).toEqual([undefined, 9, undefined, undefined, 12]);
  });
});

describe('what is no shape', () => {
  it.each([
    [{ event_id: 1, ts: '2026-01-05T09:00:00Z', agent_id: 'a', text: 'tea' }],
    [{ id: 1, trace_id: 't', span_id: 's', agent: 'a', content: 'tea', timestamp: 1 }],
    [{ agent_id: 'a', text: 'tea', messages: [{ role: 'user', content: 'b' }] }],
    [{ source: 'a', content: 'tea' }],
    [{ role: 'user', content: 'tea', ts: 1 }],
    [{ attributes: { 'gen_ai.agent.name': 'a' }, text: 'tea' }],
    [[1, 2]],
    ['text'],
    [null],
  ])('%j', (document) => expect(shapeOf([document])).toBeNull());
});

describe('OTLP as protobuf', () => {
  const bytesOf = (name: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`../fixtures/shapes/${name}`, import.meta.url)));

  function requests(bytes: Uint8Array): unknown[] {
    const framing = framingOf(bytes.subarray(0, 4096))!;
    const out: unknown[] = [];
    for (let at = 0; at < bytes.length;) {
      const { start, end } = requestAt(bytes.subarray(at, at + MAX_PREFIX), framing)!;
      out.push(requestJson(bytes.subarray(at + start, at + end)));
      at += end;
    }
    return out;
  }

  it.each([
    ['otlp_request.pb', 'request'],
    ['otlp_delimited.pb', 'delimited'],
    ['otlp_length32.pb', 'length32'],
  ])('%s is what the SDK had, to the nanosecond', (name, framing) => {
    const bytes = bytesOf(name);
    expect(framingOf(bytes)).toBe(framing);
    const { shape, rows, note } = read([requests(bytes)]);
    expect(shape).toBe('otlp');
    expect(inOrder(rows)).toEqual(OTEL);
    expect(note).toBe(OTEL_NOTE);
  });

  it('of JavaScript too', () => {
    const { rows } = read([requests(bytesOf('js_otlp.pb'))]);
    expect(inOrder(rows)).toMatchObject(inOrder(expected('js_expected.json')));
  });

  it.each(['\n\n\n', '\nA,B\n1,2\n', '\n\f{"a":1}', 'agent,text\na,b', '{"a":1}', ''])('%j is none', (text) =>
    expect(framingOf(new TextEncoder().encode(text))).toBeNull(),
  );
});
