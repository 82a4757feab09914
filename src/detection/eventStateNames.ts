import { kindLabel } from './kindLabels.ts';
import type { EventState } from './types.ts';

const NAMES: Readonly<Record<EventState, string>> = {
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
export const eventStateName = (eventState: EventState): string => NAMES[eventState];
