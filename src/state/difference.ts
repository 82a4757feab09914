import type { Work } from './session/work.ts';

const PANELS = 'the arrangement of the panels';
const SCALE = 'the scale of a panel';

/** What a step changes, in words; of a step that changes several the first. */
const WHAT: Readonly<Record<keyof Work, string>> = {
  parameters: 'parameters',
  baseline: 'what is compared with',
  scenarios: 'scenarios',
  marks: 'marks',
  hiddenStreams: 'streams that are hidden',
  alertFilter: 'the filter of the alerts',
  alertSort: 'the order of the alerts',
  find: 'the search',
  labels: 'labels in the panels',
  pinnedPanels: PANELS,
  panelOrder: PANELS,
  foldedPanels: PANELS,
  unfoldedPanels: PANELS,
  panelHeights: PANELS,
  logScales: SCALE,
  linearScales: SCALE,
};
const NAMES = Object.keys(WHAT) as readonly (keyof Work)[];

/** What differs between two states of work, in words; what is the same in both is the same object. */
export function differenceOf(a: Work, b: Work): string {
  const name = NAMES.find((one) => !Object.is(a[one], b[one]));
  return name === undefined ? 'nothing' : WHAT[name];
}
