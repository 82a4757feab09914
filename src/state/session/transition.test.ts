import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TautlineError } from '../../core/errors.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { LedgerSource, OpenReport } from '../../ledger/types.ts';
import { STALE_RUN, type AnalysisReport } from '../../workers/protocol.ts';
import { initialState, type Effect, type Job, type SessionEvent, type SessionState } from './model.ts';
import { transition } from './transition.ts';

const START = initialState({ scenarios: [], problems: [] }, { origin: 'http://localhost', agreed: new Map() });
const sample = (name: string): LedgerSource => ({ kind: 'sample', name });
const opened = { name: 'ledger', fingerprint: 'f' } as OpenReport;
const report = (revision: number, events = 1000) =>
  ({ revision, events, streams: [{ name: 'a' }, { name: 'b' }], alerts: [] }) as unknown as AnalysisReport;
const died: TautlineError = { kind: 'worker', worker: 'database', problem: 'gone', advice: 'Open it again' };
const cancelled: TautlineError = { kind: 'cancelled', what: 'by the user' };

/** The state after some events, and everything that was to be done. */
function after(events: readonly SessionEvent[], start = START): readonly [SessionState, ...(readonly Effect[])] {
  let state = start;
  const effects: Effect[] = [];
  for (const event of events) {
    const [next, ...todo] = transition(state, event);
    state = next;
    effects.push(...todo);
  }
  return [state, ...effects];
}
const names = (effects: readonly Effect[]) => effects.map((effect) => effect.effect);
const jobOf = ({ view: { parameters, baseline }, generation }: SessionState): Job => ({
  parameters,
  baseline,
  generation,
});

const open = (name = 'fracture'): SessionEvent => ({ type: 'openRequested', source: sample(name) });
const [OPENING] = after([open()]);
const [OPEN] = after([{ type: 'opened', generation: 1, report: opened }], OPENING);
const [SHOWN] = after([{ type: 'analysed', job: jobOf(OPEN), report: report(1), more: false }], OPEN);

describe('a ledger', () => {
  it('opens, is analysed, and has its report on screen', () => {
    const [opening, ...asked] = after([open()]);
    expect(opening).toMatchObject({
      generation: 1,
      ledger: { phase: 'opening', name: 'fracture', progress: null },
      tableLoad: { phase: 'waiting' },
      view: { source: { kind: 'sample', name: 'fracture' } },
    });
    expect(names(asked)).toEqual(['writeAddress', 'dropWaiting', 'open']);
    const [now, ...then] = transition(opening, { type: 'opened', generation: 1, report: opened });
    expect(now).toMatchObject({ ledger: { phase: 'open', source: sample('fracture') }, analysis: { report: null } });
    expect(now.analysis.running).not.toBeNull();
    expect(then).toEqual([{ effect: 'analyze', job: jobOf(now) }]);
    const [shown, ...last] = transition(now, { type: 'analysed', job: jobOf(now), report: report(1), more: false });
    expect(shown.analysis).toMatchObject({ running: null, error: null, preview: null, report: { revision: 1 } });
    expect(last).toEqual([{ effect: 'reportToTables', report: report(1), first: true }]);
  });

  it('that fails is failed; one that is cancelled is forgotten, and what belonged to it', () => {
    const error: TautlineError = { kind: 'ledger', problem: 'no rows', advice: 'Choose another' };
    const [failed, ...first] = transition(OPENING, { type: 'openFailed', generation: 1, error });
    expect(failed.ledger).toEqual({ phase: 'failed', name: 'fracture', source: sample('fracture'), error });
    expect(names(first)).toEqual(['clearTables']);
    const [empty, ...second] = transition(OPENING, { type: 'openFailed', generation: 1, error: cancelled });
    expect(empty).toMatchObject({ ledger: { phase: 'empty' }, view: { source: null }, toasts: [{ level: 'info' }] });
    expect(names(second)).toEqual(['clearTables', 'writeAddress']);
  });

  it('is closed with everything of it; closing nothing starts no engine', () => {
    const highlighted = { index: Int32Array.of(4), time: Float64Array.of(0) };
    const [picked] = after(
      [
        { type: 'eventsHighlighted', events: highlighted },
        { type: 'cursorMoved', index: 3 },
      ],
      SHOWN,
    );
    const [closed, ...effects] = transition(picked, { type: 'closeRequested' });
    expect(closed).toMatchObject({
      ledger: { phase: 'empty' },
      cursor: null,
      highlighted: null,
      analysis: { report: null },
    });
    expect(names(effects)).toEqual(['writeAddress', 'dropWaiting', 'cancelEngine', 'clearTables']);
    expect(names(transition(closed, { type: 'closeRequested' }).slice(1) as Effect[])).not.toContain('cancelEngine');
    expect(names(transition(closed, { type: 'cancelRequested' }).slice(1) as Effect[])).toEqual(['dropWaiting']);
  });

  it('is reopened once when the engine dies, and again only after an analysis has succeeded', () => {
    const dies: SessionEvent = { type: 'engineRestarted', reason: 'out of memory' };
    const [again, ...effects] = transition(SHOWN, dies);
    expect(again).toMatchObject({ ledger: { phase: 'opening' }, recovery: { engine: 'restarted' }, generation: 2 });
    expect(names(effects)).toEqual(['dropWaiting', 'open']);
    const [back] = after([{ type: 'opened', generation: 2, report: opened }], again);
    for (const state of [again, back]) {
      const [failed] = transition(state, dies);
      expect(failed).toMatchObject({
        ledger: { phase: 'failed', error: { kind: 'worker', problem: 'out of memory' } },
      });
      expect(failed.analysis.running).toBeNull();
    }
    const [well] = after([{ type: 'analysed', job: jobOf(back), report: report(2), more: false }], back);
    expect(transition(well, dies)[0].ledger.phase).toBe('opening');
    expect(transition(START, dies)).toEqual([START]);
  });

  it('is reopened once when the database dies, and again only if it is opened anew', () => {
    const dies: SessionEvent = { type: 'databaseLost', error: died };
    const [again] = transition(SHOWN, dies);
    expect(again).toMatchObject({ ledger: { phase: 'opening' }, recovery: { database: 'restarted' } });
    const [shown] = after(
      [
        { type: 'opened', generation: 2, report: opened },
        { type: 'analysed', job: { ...jobOf(again), generation: 2 }, report: report(2), more: false },
      ],
      again,
    );
    expect(transition(shown, dies)).toEqual([shown]);
    const [anew] = after([open('other'), { type: 'opened', generation: 3, report: opened }], shown);
    expect(transition(anew, dies)[0].ledger.phase).toBe('opening');
  });

  it('has tables that load after it, and says why they did not', () => {
    const progress = { phase: 'Storing events', fraction: 0.5 };
    const started: SessionEvent = { type: 'tableLoadStarted', generation: 1 };
    const moved: SessionEvent = { type: 'tableLoadProgressed', generation: 1, progress };
    expect(after([started, moved], SHOWN)[0].tableLoad).toEqual({ phase: 'loading', progress });
    const ended = (error: TautlineError | null): SessionEvent => ({ type: 'tableLoadEnded', generation: 1, error });
    // Late progress does not bring it back.
    expect(after([started, ended(null), moved], SHOWN)[0].tableLoad).toEqual({ phase: 'loaded' });
    const full: TautlineError = { kind: 'ledger', problem: 'no room', advice: 'Open less' };
    expect(after([started, ended(full)], SHOWN)[0]).toMatchObject({
      tableLoad: { phase: 'failed', error: full },
      toasts: [{ level: 'error' }],
    });
    expect(after([started, ended(died)], SHOWN)[0]).toMatchObject({ tableLoad: { phase: 'failed' }, toasts: [] });
  });
});

describe('parameters', () => {
  const set = (change: object, commit: boolean): SessionEvent => ({ type: 'parametersSet', change, commit });

  it('are previewed while a slider moves, and committed once', () => {
    const [dragged, ...passing] = transition(SHOWN, set({ h: 7 }, false));
    expect(dragged).toMatchObject({ dragging: true, steps: { undo: 0 }, view: { parameters: { h: 7 } } });
    expect(passing).toMatchObject([{ effect: 'writeAddress', how: 'preview' }, { effect: 'analyze' }]);
    const [committed, ...last] = transition(dragged, set({ h: 7 }, true));
    expect(committed).toMatchObject({ dragging: false, steps: { undo: 1 } });
    // It is analysed already.
    expect(last).toMatchObject([{ effect: 'writeAddress', how: 'commit' }]);
  });

  it('that contradict each other change nothing but what is said', () => {
    const [refused, ...effects] = transition(SHOWN, set({ lambda_slow: 0.9 }, true));
    expect(effects).toEqual([]);
    expect(refused).toEqual({ ...SHOWN, analysis: { ...SHOWN.analysis, error: refused.analysis.error } });
    expect(refused.analysis.error).toMatchObject({ kind: 'parameter', name: 'lambda_slow' });
    expect(transition(refused, set({ h: 7 }, true))[0].analysis.error).toBeNull();
  });

  it('of a cancelled analysis are those of the report again; a superseded one changes nothing', () => {
    const [asked] = transition(SHOWN, set({ h: 7 }, true));
    const superseded: TautlineError = { kind: 'cancelled', what: STALE_RUN };
    expect(transition(asked, { type: 'analysisFailed', job: jobOf(asked), error: superseded })).toEqual([asked]);
    const [back, ...effects] = transition(asked, { type: 'analysisFailed', job: jobOf(asked), error: cancelled });
    expect(back).toMatchObject({ view: { parameters: DEFAULT_PARAMETERS }, steps: { undo: 2 } });
    expect(names(effects)).toEqual(['writeAddress', 'analyze']);
    // There is nothing to go back to before the first report.
    expect(transition(OPEN, { type: 'analysisFailed', job: jobOf(OPEN), error: cancelled })[0].analysis).toMatchObject({
      running: null,
      error: cancelled,
    });
  });

  it('are undone and redone with baseline and scenarios, which are stored where they changed', () => {
    const [kept, ...effects] = after(
      [set({ h: 7 }, true), { type: 'scenarioKept', name: 'seven' }, { type: 'baselineSet', parameters: null }],
      SHOWN,
    );
    expect(effects.filter(({ effect }) => effect === 'storeScenarios')).toEqual([
      { effect: 'storeScenarios', scenarios: kept.scenarios },
    ]);
    expect(kept.steps).toEqual({ undo: 2, redo: 0 });
    const [undone, ...undoing] = transition(kept, { type: 'undone' });
    expect(undone).toMatchObject({ scenarios: [], steps: { undo: 1, redo: 1 } });
    expect(names(undoing)).toContain('storeScenarios');
    expect(transition(undone, { type: 'redone' })[0]).toMatchObject({ scenarios: kept.scenarios, steps: kept.steps });
    expect(transition(kept, { type: 'redone' })).toEqual([kept]);
  });
});

describe('an address', () => {
  const go = (text: string): SessionEvent => ({ type: 'addressChanged', text });

  it('of the open ledger analyses again only where it asks for something else', () => {
    expect(names(after([go('v=1&sample=fracture&axis=time')], SHOWN).slice(1) as Effect[])).toEqual(['writeAddress']);
    const [tuned, ...effects] = transition(SHOWN, go('v=1&sample=fracture&h=7'));
    expect(tuned).toMatchObject({ generation: 1, view: { parameters: { h: 7 } }, steps: { undo: 1 } });
    expect(names(effects)).toEqual(['analyze', 'writeAddress']);
  });

  it('of another ledger opens it, and of a file that this page never saw closes the one that is open', () => {
    const [other, ...effects] = transition(SHOWN, go('v=1&sample=benign&h=7'));
    expect(other).toMatchObject({ generation: 2, ledger: { phase: 'opening', name: 'benign' }, steps: { undo: 0 } });
    expect(names(effects)).toEqual(['dropWaiting', 'open', 'writeAddress']);
    expect(transition(SHOWN, go('v=1&file=mine.parquet'))[0]).toMatchObject({
      ledger: { phase: 'empty' },
      view: { source: { kind: 'file', name: 'mine.parquet' } },
    });
  });

  it('names what it cannot use, a missing reference file too, and counts what there is too much of', () => {
    const many = Array.from({ length: 12 }, (_, i) => `what${i}=1`).join('&');
    const [state] = transition(START, go(`v=1&reference=bundle.json&${many}`));
    expect(state.toasts.map(({ text }) => text)).toEqual([
      expect.stringMatching(/what0 .*what7 \(is not known to this version\) and 4 more\.$/),
      expect.stringContaining('bundle.json'),
    ]);
    expect(state.view.reference).toBeNull();
  });
});

describe('whatever happens', () => {
  const generation = fc.integer({ min: 0, max: 6 });
  const progress = { phase: 'x', fraction: 0.5 };
  const error = fc.constantFrom(died, cancelled);
  const job = fc.record({
    parameters: fc.constantFrom(DEFAULT_PARAMETERS, { ...DEFAULT_PARAMETERS, h: 7 }),
    baseline: fc.constant(null),
    generation,
  });
  const fromUsers: fc.Arbitrary<SessionEvent> = fc.oneof(
    fc.constantFrom('fracture', 'benign').map(open),
    fc.constantFrom<SessionEvent>(
      { type: 'cancelRequested' },
      { type: 'closeRequested' },
      { type: 'undone' },
      { type: 'redone' },
      { type: 'scenarioDeleted', name: 'b' },
      { type: 'addressChanged', text: 'v=1&sample=fracture&h=7' },
      { type: 'addressChanged', text: '' },
      { type: 'noticed', level: 'info', text: 'hello' },
      { type: 'noticeDismissed', id: 1 },
      { type: 'streamSoloed', name: 'a', toggled: true },
      { type: 'streamToggled', name: 'b' },
    ),
    fc.constantFrom('a', 'b').map((name): SessionEvent => ({ type: 'scenarioKept', name })),
    fc
      .tuple(fc.integer({ min: -1, max: 12 }), fc.boolean())
      .map(([h, commit]): SessionEvent => ({ type: 'parametersSet', change: { h }, commit })),
  );
  const ofLedger: fc.Arbitrary<Extract<SessionEvent, { generation: number } | { job: Job }>> = fc.oneof(
    generation.map((of) => ({ type: 'openProgressed', generation: of, progress }) as const),
    generation.map((of) => ({ type: 'opened', generation: of, report: opened }) as const),
    fc.tuple(generation, error).map(([of, e]) => ({ type: 'openFailed', generation: of, error: e }) as const),
    generation.map((of) => ({ type: 'analysisProgressed', generation: of, progress }) as const),
    fc
      .tuple(job, fc.nat({ max: 9 }), fc.boolean())
      .map(([of, revision, more]) => ({ type: 'analysed', job: of, report: report(revision), more }) as const),
    fc.tuple(job, error).map(([of, e]) => ({ type: 'analysisFailed', job: of, error: e }) as const),
    generation.map((of) => ({ type: 'tableLoadStarted', generation: of }) as const),
    fc.tuple(generation, error).map(([of, e]) => ({ type: 'tableLoadEnded', generation: of, error: e }) as const),
  );
  const dies = fc.constantFrom<SessionEvent>(
    { type: 'engineRestarted', reason: 'x' },
    { type: 'databaseLost', error: died },
  );
  const events = fc.array(fc.oneof(fromUsers, ofLedger, dies), { maxLength: 40 });

  it('one ledger is open at a time, its answers alone count, and history says what can be undone', () => {
    fc.assert(
      fc.property(events, (all) => {
        let state = START;
        for (const event of all) {
          const [next, ...effects] = transition(state, event);
          const opens = effects.filter(({ effect }) => effect === 'open').length;
          expect([0, 1]).toContain(next.generation - state.generation);
          expect(opens).toBeLessThanOrEqual(next.generation - state.generation);
          for (const effect of effects) {
            if (effect.effect === 'open') expect(effect.generation).toBe(next.generation);
            if (effect.effect === 'analyze') expect(effect.job).toEqual(jobOf(next));
          }
          if (next.ledger.phase !== 'open') {
            expect(effects.some(({ effect }) => effect === 'analyze')).toBe(false);
          }
          expect(next.steps).toEqual({ undo: next.history.past.length, redo: next.history.future.length });
          expect(next.toasts.length).toBeLessThanOrEqual(6);
          state = next;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('an answer to another ledger than the open one is dropped', () => {
    fc.assert(
      fc.property(events, ofLedger, (all, late) => {
        const [state] = after(all);
        const of = 'job' in late ? late.job.generation : late.generation;
        fc.pre(of !== state.generation);
        expect(transition(state, late)).toEqual([state]);
      }),
    );
  });
});

describe('an address that a link names', () => {
  const linked = (text: string): SessionEvent => ({ type: 'addressChanged', text });
  const URL_A = 'https://example.org/a.parquet';
  const LINK = linked(`v=1&url=${URL_A}&h=9`);
  const redirected = (to: string | null): TautlineError => ({
    kind: 'redirected',
    url: URL_A,
    to,
    problem: 'p',
    advice: 'a',
  });

  it('is asked about, once, before anything is fetched; the view of the link is kept', () => {
    const [asking, ...effects] = after([LINK]);
    expect(asking.ledger).toEqual({
      phase: 'asking',
      name: URL_A,
      source: { kind: 'url', url: URL_A },
      redirect: null,
    });
    expect(names(effects)).toEqual(['dropWaiting', 'clearTables', 'writeAddress']);
    const [agreed, ...then] = after([{ type: 'agreed' }], asking);
    expect(agreed).toMatchObject({ ledger: { phase: 'opening' }, view: { parameters: { h: 9 } } });
    expect(names(then)).toEqual(['storeConsent', 'writeAddress', 'dropWaiting', 'open']);
    expect(after([{ type: 'closeRequested' }, LINK], agreed)[0].ledger.phase).toBe('opening');
    expect(after([linked(`url=${URL_A}x`)], agreed)[0].ledger.phase).toBe('asking');
  });

  it('that is declined leaves an empty page that says what to do, and nothing was asked of the engine', () => {
    const [declined, ...effects] = after([LINK, { type: 'cancelRequested' }, { type: 'closeRequested' }]);
    expect(declined).toMatchObject({ ledger: { phase: 'empty' }, view: { source: null } });
    expect(declined.toasts.at(-1)?.text).toContain('Nothing was fetched. Choose');
    expect(names(effects)).not.toContain('cancelEngine');
    expect(names(effects)).not.toContain('open');
  });

  it.each([
    ['a sample', 'sample=fracture'],
    ['an address of the page itself', 'url=http://localhost/a.parquet'],
  ])('is not asked about: %s', (_, text) => expect(after([linked(text)])[0].ledger.phase).toBe('opening'));

  it.each(['http://localhost:81/a.parquet', 'https://localhost/a.parquet', '//evil.example/a.parquet'])(
    'is asked about though it looks like the page itself: %s',
    (url) => {
      // Outside of a browser an address without a scheme is none.
      const [{ ledger }] = after([linked(`url=${url}`)]);
      expect(ledger.phase).toBe(url.startsWith('//') ? 'empty' : 'asking');
    },
  );

  it('loses a user name that looks like the host', () => {
    const [{ ledger, toasts }] = after([linked('url=https://example.org@evil.example/a.parquet')]);
    expect(ledger).toMatchObject({ phase: 'asking', source: { url: 'https://evil.example/a.parquet' } });
    expect(toasts.at(-1)?.text).toContain('user name');
  });

  it('that the user entered is not asked about, nor when it comes back by a link', () => {
    const entered: SessionEvent = { type: 'openRequested', source: { kind: 'url', url: URL_A } };
    const [opening, ...effects] = after([entered]);
    expect(opening.ledger.phase).toBe('opening');
    expect(names(effects)).toContain('storeConsent');
    expect(after([LINK], opening)[0].ledger.phase).toBe('opening');
  });

  it('that passes the request on is asked about again, and followed only then', () => {
    const [asking] = after([LINK, { type: 'agreed' }]);
    const failed = (error: TautlineError, { generation }: SessionState): SessionEvent => ({
      type: 'openFailed',
      generation,
      error,
    });
    const [again] = after([failed(redirected(null), asking)], asking);
    expect(again.ledger).toMatchObject({ phase: 'asking', redirect: { from: URL_A, seen: false } });
    const [following, ...effects] = after([{ type: 'agreed' }], again);
    expect(effects.at(-1)).toMatchObject({ effect: 'open', source: { url: URL_A, follow: true } });
    expect(following.view.source).toEqual({ kind: 'url', url: URL_A });
    const inside = 'http://10.0.0.1/a.parquet';
    const [led] = after([failed(redirected(inside), following)], following);
    expect(led.ledger).toMatchObject({
      phase: 'asking',
      source: { kind: 'url', url: inside },
      redirect: { from: URL_A, seen: true },
    });
    const [, ...last] = after([{ type: 'agreed' }], led);
    expect(last.at(-1)).toMatchObject({ effect: 'open', source: { kind: 'url', url: inside } });
  });
});
