import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import type { OpenReport } from '../../ledger/types.ts';
import { differenceOf } from '../difference.ts';
import type { LedgerMarks, ViewState } from '../types.ts';
import { initialState, type AddressWrite, type SessionEvent, type SessionState } from './model.ts';
import { transition } from './transition.ts';
import { workOf } from './work.ts';

const START = initialState({ scenarios: [], problems: [] }, { origin: 'http://localhost', agreed: new Map() });
const run = (events: readonly SessionEvent[], start: SessionState): SessionState =>
  events.reduce((state, event) => transition(state, event)[0], start);
const SHOWN = run(
  [
    { type: 'openRequested', source: { kind: 'sample', name: 'fracture' } },
    { type: 'opened', generation: 1, report: { name: 'ledger', fingerprint: 'f' } as OpenReport },
    {
      type: 'analysed',
      job: { parameters: DEFAULT_PARAMETERS, baseline: null, generation: 1 },
      report: {
        revision: 1,
        events: 1000,
        streams: [{ name: 'a' }, { name: 'b' }],
        alerts: [],
      } as never,
      more: false,
    },
  ],
  START,
);

const change = (view: Partial<ViewState>, write: AddressWrite = 'commit'): SessionEvent => ({
  type: 'viewChanged',
  change: view,
  write,
});
const marks = (note: string): LedgerMarks => ({
  of: 'f',
  list: [{ stream: 'a', from: '1', to: '2', verdict: 'true', label: 'confirmed', note }],
});
const ALL = { kinds: null, stream: null, search: null };
const UNDO: SessionEvent = { type: 'undone' };
const REDO: SessionEvent = { type: 'redone' };

const WORK: readonly (readonly [what: string, event: SessionEvent])[] = [
  ['streams that are hidden', { type: 'streamToggled', name: 'b' }],
  ['the filter of the alerts', change({ alertFilter: { ...ALL, kinds: ['DRIFT'] } })],
  ['the order of the alerts', change({ alertSort: { by: 'peak', descending: true } })],
  ['the search', change({ find: { text: 'refund', filters: [] } }, 'commitSoon')],
  ['the search', change({ find: { text: 'refund', filters: [{ column: 'role', comparison: 'is', value: '' }] } })],
  ['the arrangement of the panels', change({ pinnedPanels: ['kl'] })],
  ['the arrangement of the panels', change({ panelOrder: ['kl', 'cusum'] })],
  ['the arrangement of the panels', change({ foldedPanels: ['cusum'] })],
  ['the arrangement of the panels', change({ panelHeights: { kl: 200 } })],
  ['the scale of a panel', change({ logScales: ['kl'] })],
  ['labels in the panels', change({ labels: 'hatched' })],
  ['marks', { type: 'marksSet', marks: marks('') }],
  ['marks', { type: 'marksSet', marks: marks('a rehearsal') }],
  ['parameters', { type: 'parametersSet', change: { h: 7 }, commit: true }],
  ['scenarios', { type: 'scenarioKept', name: 'seven' }],
];

describe('undo', () => {
  it('takes back all that is work, a step at a time, and redo brings it again', () => {
    const states = WORK.reduce<SessionState[]>((all, [, event]) => [...all, run([event], all.at(-1)!)], [SHOWN]);
    expect(states.at(-1)!.steps).toEqual({ undo: WORK.length, redo: 0 });
    let state = states.at(-1)!;
    for (let i = WORK.length - 1; i >= 0; i -= 1) {
      const before = workOf(state);
      const [undone, ...effects] = transition(state, UNDO);
      expect({ ...workOf(undone) }, WORK[i][0]).toEqual(workOf(states[i]));
      expect(differenceOf(undone.history.present, state.history.present)).toBe(WORK[i][0]);
      expect(undone.history.present).not.toEqual(before);
      const kinds = effects.map(({ effect }) => effect);
      expect(kinds).toContain('writeAddress');
      // Nothing is computed anew for what is only looked at in another way.
      expect(kinds.includes('analyze')).toBe(WORK[i][0] === 'parameters');
      state = undone;
    }
    expect(state.steps).toEqual({ undo: 0, redo: WORK.length });
    expect(
      workOf(
        run(
          WORK.map(() => REDO),
          state,
        ),
      ),
    ).toEqual(workOf(states.at(-1)!));
  });

  it('takes what is typed into one text as one step, another text as another', () => {
    const typed = ['r', 're', 'ref'].map((text) => change({ find: { text, filters: [] } }, 'commitSoon'));
    const words = ['d', 'dr'].map((search) => change({ alertFilter: { ...ALL, search } }, 'commitSoon'));
    const marked: SessionEvent[] = ['', 'noted'].map((note) => ({ type: 'marksSet', marks: marks(note) }));
    const before: SessionEvent[] = [...marked, { type: 'streamToggled', name: 'b' }];
    const state = run([...before, change({ find: { text: '', filters: [] } }), ...typed, ...words], SHOWN);
    expect(state.steps.undo).toBe(before.length + 2);
    const once = run([UNDO], state);
    expect(once.view).toMatchObject({ alertFilter: ALL, find: { text: 'ref' } });
    // The search stays open, without its text.
    expect(run([UNDO], once).view.find).toEqual({ text: '', filters: [] });
    const closed = run([change({ find: null })], run([...typed], SHOWN));
    expect(closed).toMatchObject({ view: { find: null }, steps: { undo: 2 } });
    expect(run([UNDO], closed).view.find).toEqual({ text: 'ref', filters: [] });
    // Typed after a step back, it is a new step.
    expect(run([change({ find: { text: 'refu', filters: [] } })], once).steps).toEqual({
      undo: before.length + 2,
      redo: 0,
    });
    expect(run([change({ find: null }), UNDO], once).view.find).toEqual({ text: 'ref', filters: [] });
  });

  it('takes a panel that is resized, and a stream that is shown alone by a double click, as one step', () => {
    const resized = [150, 180, 220].map((kl) => change({ panelHeights: { kl } }, 'preview'));
    const state = run([...resized, change({ panelHeights: { kl: 220 } })], SHOWN);
    expect(state.steps.undo).toBe(1);
    const twice: SessionEvent[] = [
      { type: 'streamToggled', name: 'a' },
      { type: 'streamSoloed', name: 'a', toggled: true },
    ];
    const alone = run(twice, state);
    expect(alone).toMatchObject({ view: { hiddenStreams: ['b'] }, steps: { undo: 2 } });
    expect(run(twice, alone)).toMatchObject({ view: { hiddenStreams: [] }, steps: { undo: 3 } });
    expect(run([UNDO], alone).view).toMatchObject({ hiddenStreams: [], panelHeights: { kl: 220 } });
  });

  it('brings the streams that were hidden and filtered by back with the column that they were of', () => {
    const looked = run(
      [{ type: 'streamToggled', name: 'b' }, change({ alertFilter: { kinds: ['DRIFT'], stream: 'a', search: null } })],
      SHOWN,
    );
    const split = run([{ type: 'parametersSet', change: { stream: 'model' }, commit: true }], looked);
    expect(split.view).toMatchObject({ hiddenStreams: [], alertFilter: { kinds: ['DRIFT'], stream: null } });
    expect(workOf(run([UNDO], split))).toEqual(workOf(looked));
  });

  it('brings no mark of another ledger, and what another tab marks is no step', () => {
    const found = (of: string, note: string): SessionEvent => ({ type: 'marksFound', marks: { ...marks(note), of } });
    const marked = run([found('f', 'kept'), { type: 'marksSet', marks: marks('mine') }], SHOWN);
    expect(run([UNDO], marked).marks).toEqual(marks('kept'));
    expect(run([found('f', 'of a tab')], marked).steps).toEqual(marked.steps);
    const other = run([found('g', 'other')], marked);
    expect(run([UNDO], other).marks).toEqual({ ...marks('other'), of: 'g' });
    const opened = run([{ type: 'openRequested', source: { kind: 'sample', name: 'benign' } }], marked);
    expect(opened).toMatchObject({ marks: { of: null, list: [] }, steps: { undo: 0, redo: 0 } });
  });
});
