import { kindLabel } from './kindLabels.ts';
import type { Route } from './types.ts';

const NAMES: Readonly<Record<Route, string>> = {
  WARMING: 'Warming',
  VOID: kindLabel('VOID'),
  DRIFT: kindLabel('DRIFT'),
  HOMOGENIZATION: kindLabel('HOMOGENIZATION_FLOOR_NEAR'),
  FRAME_WEIGHT_DEGRADATION: kindLabel('FRAME_WEIGHT_DEGRADATION'),
  ACCOMMODATION: 'Accommodation',
  WATCH: 'Watch',
  IN_FRAME: 'In frame',
};

/** The state of an event in words; files and SQL have the code. */
export const eventStateName = (eventState: Route): string => NAMES[eventState];
