import type { Screen } from '../../state/types.ts';

/** The screens that have a tab, in order; g and then `key` goes there. */
export const TABS: readonly {
  readonly screen: Screen;
  readonly title: string;
  readonly key: string;
  readonly help: string;
}[] = [
  { screen: 'monitor', title: 'Monitor', key: 'm', help: 'The open ledger, event by event' },
  { screen: 'compare', title: 'Compare', key: 'v', help: 'Two stretches, streams or ledgers side by side' },
  {
    screen: 'laboratory',
    title: 'Laboratory',
    key: 'l',
    help: 'What thresholds cost and find: false alarms, delays, sweeps, labels, bundles',
  },
  {
    screen: 'calibration',
    title: 'Calibration',
    key: 'c',
    help: 'The four stress profiles: do the detectors find what they should?',
  },
];

/** The screen to show: an address may name one that has no tab. */
export const shownScreen = (screen: Screen): Screen => (TABS.some((tab) => tab.screen === screen) ? screen : 'monitor');
