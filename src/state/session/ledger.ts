import { explain, type TautlineError } from '../../core/errors.ts';
import type { LedgerSource } from '../../ledger/types.ts';
import { isAgreed, withAgreement, type Agreement } from '../consent.ts';
import type { Redirect, ViewState } from '../types.ts';
import { forgetLedger, sameSource, sourceName, viewSource, withPart } from '../view.ts';
import {
  NO_ANALYSIS,
  sequence,
  WELL,
  type LedgerEvent,
  type SessionState,
  type Transition,
  type Transitions,
} from './model.ts';
import { changeView, notice, recordWork, restartHistory, startAnalysis } from './steps.ts';

/** What belongs to one ledger goes with it. */
const NOTHING_OPEN = { analysis: NO_ANALYSIS, cursor: null, highlighted: null } as const;

/** Opens a ledger, read as the view says. */
const openLedger =
  (asked: LedgerSource) =>
  (state: SessionState): Transition => {
    const { mapping, units, events } = state.view;
    const follow = asked.kind === 'url' && state.consent.agreed.get(asked.url) === 'follow';
    const source = { ...asked, ...(follow && { follow }), events: events ?? undefined };
    const generation = state.generation + 1;
    const name = sourceName(source);
    return [
      {
        ...state,
        ...NOTHING_OPEN,
        generation,
        sources: new Map([...state.sources, [name, source]]),
        ledger: { phase: 'opening', name, source, progress: null },
        tableLoad: { phase: 'waiting' },
      },
      { effect: 'dropWaiting' },
      { effect: 'open', source, mapping, units, axes: state.view.parameters.k, generation },
    ];
  };

/** Nothing is asked of an address before the user has agreed to it. */
const askFirst =
  (source: Extract<LedgerSource, { kind: 'url' }>, redirect: Redirect | null) =>
  (state: SessionState): Transition =>
    sequence(state, closeLedger, (closed) => [
      { ...closed, ledger: { phase: 'asking', name: source.url, source, redirect } },
    ]);

const agreeTo =
  (url: string, agreement: Agreement) =>
  (state: SessionState): Transition => {
    const consent = withAgreement(state.consent, url, agreement);
    return [
      { ...state, consent },
      { effect: 'storeConsent', consent },
    ];
  };

/** A state with nothing to cancel: that must not start an engine. */
const isIdle = ({ ledger }: SessionState): boolean => ledger.phase === 'empty' || ledger.phase === 'asking';

function closeLedger(state: SessionState): Transition {
  return [
    {
      ...state,
      ...NOTHING_OPEN,
      generation: state.generation + 1,
      recovery: WELL,
      ledger: { phase: 'empty' },
      tableLoad: { phase: 'none' },
    },
    { effect: 'dropWaiting' },
    ...(isIdle(state) ? [] : [{ effect: 'cancelEngine' } as const]),
    { effect: 'clearTables' },
  ];
}

const withoutLedger = (state: SessionState): Transition =>
  changeView({ ...forgetLedger(state.view), source: null }, 'commit')(state);

const failToOpen =
  (name: string, source: LedgerSource, error: TautlineError) =>
  (state: SessionState): Transition =>
    sequence(
      {
        ...state,
        ...NOTHING_OPEN,
        recovery: { ...state.recovery, engine: 'well' },
        tableLoad: { phase: 'none' },
      },
      (s) => [s, { effect: 'clearTables' }],
      (s) => {
        if (error.kind !== 'cancelled') return [{ ...s, ledger: { phase: 'failed', name, source, error } }];
        return sequence({ ...s, ledger: { phase: 'empty' } }, withoutLedger, notice('info', explain(error)));
      },
    );

/** A link carries which part of a file it was made on: the file that it asks for is opened in that part. */
function asAsked({ view, ledger }: SessionState, source: LedgerSource): LedgerSource {
  const asked =
    ledger.phase === 'empty' &&
    source.kind === 'files' &&
    !source.part &&
    view.source?.kind === 'file' &&
    view.source.name === sourceName(source);
  return asked ? withPart(source, view.source.part) : source;
}

/** Null: a file that this page has not seen, which has to be dropped again. */
function reopenable({ sources }: SessionState, source: ViewState['source']): LedgerSource | null {
  if (source?.kind !== 'file') return source;
  const found = sources.get(source.name);
  return found ? withPart(found, source.part) : null;
}

const readingText = ({ mapping, units, events }: ViewState): string => JSON.stringify([mapping, units, events]);

/** Makes `view` the state, reopening or analysing again where it asks for another ledger or other parameters. */
export const adoptView =
  (view: ViewState) =>
  (state: SessionState): Transition => {
    const { view: before, ledger } = state;
    const sameLedger =
      ledger.phase === 'open' &&
      sameSource(view.source, viewSource(ledger.source)) &&
      readingText(view) === readingText(before);
    const adopted = { ...state, view };
    if (!sameLedger) {
      const source = reopenable(state, view.source);
      return sequence(
        { ...adopted, recovery: WELL },
        restartHistory,
        source === null
          ? closeLedger
          : source.kind === 'url' && !isAgreed(state.consent, source.url)
            ? askFirst(source, null)
            : openLedger(source),
      );
    }
    const asked = ({ parameters, baseline, reference }: ViewState) => JSON.stringify([parameters, baseline, reference]);
    return sequence(adopted, recordWork, (s) => (asked(view) === asked(before) ? [s] : startAnalysis(s)));
  };

export const ledgerTransitions: Transitions<LedgerEvent> = {
  openRequested(state, { source: given, reading, parameters }) {
    const source = asAsked(state, given);
    const next = viewSource(source);
    const same = sameSource(state.view.source, next);
    const kept = same ? state.view : forgetLedger(state.view);
    const view: ViewState = {
      ...kept,
      ...reading,
      screen: 'monitor',
      source: next,
      ...(parameters && { parameters }),
    };
    return sequence(
      { ...state, recovery: WELL },
      (s) => (source.kind === 'url' && !s.consent.agreed.has(source.url) ? agreeTo(source.url, 'direct')(s) : [s]),
      changeView(view, 'commit'),
      same ? recordWork : restartHistory,
      openLedger(source),
    );
  },

  openProgressed(state, { generation, progress }) {
    const { ledger } = state;
    // Progress comes by a channel of its own and may arrive after the answer.
    if (generation !== state.generation || ledger.phase !== 'opening') return [state];
    return [{ ...state, ledger: { ...ledger, progress } }];
  },

  opened(state, { generation, report }) {
    const { ledger } = state;
    if (generation !== state.generation || ledger.phase !== 'opening') return [state];
    return startAnalysis({ ...state, ledger: { phase: 'open', source: ledger.source, report } });
  },

  extended: (state, { generation, change, report }) =>
    generation === state.generation && state.ledger.phase === 'open'
      ? [
          { ...state, ...change },
          { effect: 'fillTables', report, generation },
        ]
      : [state],

  openFailed(state, { generation, error }) {
    const { ledger } = state;
    if (generation !== state.generation || ledger.phase !== 'opening') return [state];
    const { source } = ledger;
    if (error.kind === 'redirected' && source.kind === 'url') {
      const redirect: Redirect = { from: source.url, seen: error.to !== null };
      return askFirst({ ...source, follow: undefined, url: error.to ?? source.url }, redirect)(state);
    }
    return failToOpen(ledger.name, source, error)(state);
  },

  cancelRequested: (state) => [
    state,
    { effect: 'dropWaiting' },
    ...(isIdle(state) ? [] : [{ effect: 'cancelEngine' } as const]),
  ],

  agreed(state) {
    const { ledger } = state;
    if (ledger.phase !== 'asking') return [state];
    const { source, redirect } = ledger;
    const agreement = redirect?.seen === false ? 'follow' : 'direct';
    return sequence(
      state,
      agreeTo(source.url, agreement),
      changeView({ source: viewSource(source) }, 'commit'),
      openLedger(source),
    );
  },

  closeRequested: (state) =>
    sequence(state, withoutLedger, closeLedger, (s) =>
      state.ledger.phase === 'asking' && state.ledger.redirect === null
        ? notice('info', 'Nothing was fetched. Choose a file, a folder, another address or a sample.')(s)
        : [s],
    ),

  engineRestarted(before, { reason }) {
    const state = { ...before, references: { ...before.references, held: null } };
    const { ledger, recovery } = state;
    if (ledger.phase !== 'open' && ledger.phase !== 'opening') return [state];
    const name = sourceName(ledger.source);
    if (ledger.phase === 'opening' || recovery.engine === 'restarted') {
      const error: TautlineError = {
        kind: 'worker',
        worker: 'engine',
        problem: reason,
        advice: 'It has been started again; open a smaller part of the ledger, or reload the page',
      };
      return failToOpen(name, ledger.source, error)({ ...state, generation: state.generation + 1 });
    }
    return sequence(
      { ...state, recovery: { ...recovery, engine: 'restarted' } },
      notice(
        'warning',
        `The engine worker stopped (${reason}). It has been started again and ${name} is being reopened.`,
      ),
      openLedger(ledger.source),
    );
  },

  databaseLost(state, { error }) {
    const { ledger, recovery } = state;
    if (ledger.phase !== 'open' || recovery.database === 'restarted') return [state];
    return sequence(
      { ...state, recovery: { ...recovery, database: 'restarted' } },
      notice('warning', `${explain(error)} ${sourceName(ledger.source)} is being reopened.`),
      openLedger(ledger.source),
    );
  },
};
