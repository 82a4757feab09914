import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { actions } from '../../state/store.ts';
import type { TautlineState } from '../../state/types.ts';
import { compactPage, useUi } from '../ui.ts';

/** The ledger that the tour is told on. */
const TOUR_SAMPLE = 'quick-tour';

/** One step of the tour: what it says, the control that it points at, and how it is done. */
export interface TourStep {
  readonly title: string;
  readonly text: string;
  /** The first of these that is on the page is pointed at. */
  readonly targets: readonly string[];
  /** Brings what is pointed at onto the page. */
  prepare?(): void;
  /** Whether the user has done what the step asks for; absent where there is only something to read. */
  done?(state: TautlineState): boolean;
  /** Does it for the user. */
  readonly help?: { readonly label: string; act(): void };
}

export const sampleIsOpen = ({ ledger, analysis }: TautlineState): boolean =>
  ledger.phase === 'open' &&
  ledger.source.kind === 'sample' &&
  ledger.source.name === TOUR_SAMPLE &&
  analysis.report !== null;

const LOOK = '.headline-line .button';

function toMonitor(): void {
  useUi.setState({ sheet: null, ...(compactPage.matches && { whatIfOpen: false }) });
  actions.setScreen('monitor');
  actions.select(null);
}

function look(): void {
  document.querySelector<HTMLElement>(LOOK)?.click();
  if (compactPage.matches) actions.select(null);
}

export const TOUR_STEPS: readonly TourStep[] = [
  {
    title: 'Open a ledger',
    text:
      'A ledger is the event log of a conversation, one row per message. Yours would be a file that you drop on this ' +
      'page. This one is generated: 6,000 messages of several speakers, one of whom changes on the way.',
    targets: ['.empty .samples button'],
    prepare: toMonitor,
    done: sampleIsOpen,
    help: { label: 'Open the sample', act: () => void actions.open({ kind: 'sample', name: TOUR_SAMPLE }) },
  },
  {
    title: 'Read the headline',
    text:
      'The first line says what happened: who left their usual behaviour, at which event, which detectors say so, ' +
      'and how far over their limits they went. Other incidents are listed below it, the most severe first.',
    targets: ['.headline-line p'],
    prepare: toMonitor,
  },
  {
    title: 'See the reason',
    text:
      'Look zooms to the incident and opens its evidence: which messages and axes the signal is made of, the words ' +
      'that came and went, and the conversation itself. Nothing in it is called a cause.',
    targets: ['.evidence', LOOK],
    prepare: toMonitor,
    done: ({ view }) => view.evidence !== null,
    help: { label: 'Open the evidence', act: look },
  },
  {
    title: 'Tune a limit',
    text:
      'h is how much evidence a drift alert needs. Raise it, and alerts go; lower it, and more come, with more false ' +
      'ones. The charts, the alert table and the false-alarm figure follow while you drag. Ctrl+Z takes it back.',
    targets: ['[data-parameter="h"]'],
    prepare() {
      toMonitor();
      actions.showEvidence(null);
      useUi.setState({ whatIfOpen: true });
    },
    done: ({ view }) => view.parameters.h !== DEFAULT_PARAMETERS.h,
    help: { label: 'Raise h to 12', act: () => actions.setParameters({ h: 12 }, true) },
  },
  {
    title: 'Mark and export',
    text:
      'The table lists the alerts by incident. Mark the selected one as true, as false or as one to absorb, with a ' +
      'note: marks stay with this ledger, and the Laboratory scores the detectors against them. Export takes the ' +
      'table along, and the marks as labels.',
    targets: ['.mark-bar', '.drawer'],
    prepare() {
      toMonitor();
      actions.showEvidence(null);
      useUi.setState({ drawerOpen: true });
    },
  },
];
