import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIGNALS, SIGNALS_IN_ORDER } from '../../detection/channels/index.ts';
import { changedRows, sourceOf } from '../../analysis/testing.ts';
import { examine } from '../../detection/drilldown/investigate/examine.ts';
import type { TestTask } from '../../detection/drilldown/investigate/tasks.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { Engine } from '../../workers/engine.ts';
import { newEngine, tinyLedger } from '../../workers/testing.ts';
import { nodeDatabase } from '../testing.ts';
import { investigate } from './investigate.ts';
import { alertKey, subjectKey } from './investigations.ts';
import { alertReport, sessionReport, stretchReport, type ReportSession } from './report.ts';
import type { ReportInputs } from './reportFacts.ts';

let database: Awaited<ReturnType<typeof nodeDatabase>>;
let engine: Engine;
let inputs: ReportInputs;
const nothing = async () => undefined;
let session: ReportSession;
beforeAll(async () => {
  database = await nodeDatabase();
  engine = newEngine();
  const parameters = { ...DEFAULT_PARAMETERS, h: 9 };
  const ledger = await engine.open(
    tinyLedger({ name: 'tiny<1>.ndjson', fracture: 320 }),
    null,
    (ipc) => database.insert('events', ipc),
    () => undefined,
  );
  const analysis = await engine.analyze(parameters, () => undefined);
  const ready = nothing;
  session = {
    engine,
    tables: { query: (sql) => database.query(sql), ensureAlerts: ready, ensureSignals: ready },
  };
  inputs = { ledger, analysis, parameters, investigations: {}, generatedAt: new Date(1_700_000_000_000) };
});
afterAll(() => database.close());

const headings = (page: string) => [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, title]) => title);

describe('reports', () => {
  it('of an alert hold its charts, shares, moves, parameters and hashes', async () => {
    const number = inputs.analysis.alerts.findIndex(({ kind }) => kind === 'DRIFT');
    const page = await alertReport(session, number, inputs);
    expect(headings(page)).toEqual([
      'The alert',
      'Signals around it',
      'Whose events make up the difference',
      'Where meanings moved',
      'Parameters',
      'Reference and calibration',
      'Provenance',
    ]);
    const captions = [...page.matchAll(/<figcaption>([^<,]*)/g)].map(([, caption]) => caption);
    expect(captions).toEqual(
      expect.arrayContaining([
        'Divergence KL',
        'CUSUM of divergence',
        'Entropy',
        'Friction',
        'Coupling',
        'Tension',
        'Meaning change',
        'Behaviour change',
      ]),
    );
    // One for every signal that reports chart and that has values (there are no texts), and the plan.
    expect(captions.length).toBe(
      SIGNALS_IN_ORDER.filter((name) => SIGNALS[name].reported && name !== 'style').length + 1,
    );
    expect(page).toContain('<td>h</td><td>CUSUM h</td><td class="number">9 (changed)</td><td class="number">8.5</td>');
    expect(page).toContain(inputs.ledger.fingerprint);
    expect(page).toMatch(/SHA-256 of the parameters<\/dt><dd>[0-9a-f]{64}</);
    expect(page).toContain('tiny&lt;1&gt;.ndjson');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it('of an investigated alert hold the whole trail', async () => {
    const number = inputs.analysis.alerts.findIndex(({ kind }) => kind === 'DRIFT');
    const found = await investigate(
      { ...session, engine, investigators: { map: async (tasks) => tasks.map(examine) } },
      { kind: 'alert', alert: number },
      { ledger: inputs.ledger, parameters: inputs.parameters, permutations: 49 },
    );
    const page = await alertReport(session, number, { ...inputs, investigations: { [alertKey(number)]: found } });
    expect(headings(page).some((title) => title.startsWith('Investigation of DRIFT'))).toBe(true);
    for (const { title } of found.tests) expect(page).toContain(title);
    expect(page.match(/<td>(latency|signals)<\/td>/g)!.length).toBe(
      found.hypotheses.filter(({ test }) => ['latency', 'signals'].includes(test)).length,
    );
  });
});

describe('reports of a part', () => {
  it('of a stretch without an alert hold what differs there, and what could have', async () => {
    const request = { event: 300, range: { from: 300, to: 420 }, stream: 'a', against: 'before', other: null } as const;
    const what = { kind: 'stretch', stretch: request } as const;
    const found = await investigate(
      { ...session, engine, investigators: { map: async (tasks) => tasks.map(examine) } },
      what,
      {
        ledger: inputs.ledger,
        parameters: inputs.parameters,
        permutations: 999,
      },
    );
    expect(found).toMatchObject({ version: 2, alert: null, stream: 'a' });
    const page = await stretchReport(session, request, { ...inputs, investigations: { [subjectKey(what)]: found } });
    expect(headings(page)).toEqual([
      'The stretch',
      'Signals around it',
      'Whose events make up the difference',
      'Where meanings moved',
      'Investigation of a from event 300 on',
      'Parameters',
      'Reference and calibration',
      'Provenance',
    ]);
    expect(page).toMatch(/found in four of five such stretches\. Numbers: (Cliff|most could)/);
    expect(page).toContain('<dt>Compared with</dt><dd>its 100 events before it</dd>');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it('of an alert chart what it was decided on first', async () => {
    const number = inputs.analysis.alerts.findIndex(({ kind }) => kind === 'DRIFT');
    const page = await alertReport(session, number, inputs);
    expect([...page.matchAll(/<figcaption>([^<,]*)/g)].slice(0, 2).map(([, title]) => title)).toEqual([
      'CUSUM of divergence',
      'Divergence KL',
    ]);
  });

  it('say what they go without', async () => {
    const number = inputs.analysis.alerts.findIndex(({ kind }) => kind === 'DRIFT');
    const broken: ReportSession = {
      engine: {
        series: (request) => engine.series(request),
        event: (index) => engine.event(index),
        rowsOf: (indices) => engine.rowsOf(indices),
        rowFacts: engine.rowFacts,
        excess: () => engine.excess(),
        words: engine.words,
        conversation: engine.conversation,
        handoffGraph: engine.handoffGraph,
        transportPlan: engine.transportPlan,
        whatChanged: engine.whatChanged,
        stretch: engine.stretch,
        attribution: () => Promise.reject(new Error('too few')),
      },
      tables: { ...session.tables, query: () => Promise.reject(new Error('no <tables>')) },
    };
    const page = await alertReport(broken, number, inputs);
    expect(page).toContain('Not in this report: attribution. ');
    expect(page).toContain('no &lt;tables&gt;');
    expect(headings(page)).not.toContain('Words');
  });

  it('of the session hold every stream and alert', async () => {
    const page = await sessionReport(session, inputs);
    expect(headings(page)).toEqual([
      'What happened',
      'Streams',
      'What was watched',
      'Alerts',
      'Signals',
      'Parameters',
      'Reference and calibration',
      'Provenance',
    ]);
    const rows =
      page
        .slice(page.indexOf('<caption>Alerts'), page.indexOf('</table>', page.indexOf('<caption>Alerts')))
        .match(/<tr>/g)!.length - 1;
    expect(rows).toBe(inputs.analysis.alerts.length);
    for (const { name } of inputs.analysis.streams) expect(page).toContain(`<td>${name}</td>`);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });
});

describe('reports of a lasting change', () => {
  it('of an alert of style say what changed, with messages of either side', async () => {
    const own = await nodeDatabase();
    const changed = newEngine();
    const parameters = { ...DEFAULT_PARAMETERS, reference_range: [0, 450] as const };
    const insert = (ipc: Uint8Array) => own.insert('events', ipc);
    const ledger = await changed.open(sourceOf(changedRows(1000)), null, insert, () => undefined);
    const analysis = await changed.analyze(parameters, () => undefined);
    const tables = { query: (sql: string) => own.query(sql), ensureAlerts: nothing, ensureSignals: nothing };
    const here = { ...inputs, ledger, analysis, parameters };
    const number = analysis.alerts.findIndex(({ kind }) => kind === 'STYLE_SHIFT');
    const investigators = { map: async (tasks: readonly TestTask[]) => tasks.map(examine) };
    const found = await investigate(
      { engine: changed, tables, investigators },
      { kind: 'alert', alert: number },
      {
        ...{ ledger, parameters, permutations: 49 },
      },
    );
    expect(found.changed?.axes.map(({ label }) => label)).toContain('bold');
    expect(found.windows.note).toMatch(/in the reference\.$/);
    expect(JSON.parse(JSON.stringify(found.changed))).toEqual(found.changed);
    const page = await alertReport({ engine: changed, tables }, number, {
      ...here,
      investigations: { [alertKey(number)]: found },
    });
    expect(headings(page).slice(0, 3)).toEqual(['The alert', 'What changed', 'Signals around it']);
    expect(page.match(/How it writes has changed: [^<]*bold \+\d\.\d sd/g)).toHaveLength(2);
    expect(page).toMatch(/<cite>bold, since: event \d+<\/cite><pre>\*\*/);
    expect(page).toContain('b, since the onset at about event');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
    const whole = await sessionReport({ engine: changed }, here);
    expect(whole).toMatch(/<li>STYLE_SHIFT of b, since about event \d+: [^<]*bold/);
    await own.close();
  });
});
