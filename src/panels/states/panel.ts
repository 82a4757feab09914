import type { ViewPanel } from '../panel.ts';
import { ROUTES_HEIGHT, EventStateFractions } from './EventStateFractions.tsx';

export const routes: ViewPanel = {
  type: 'view',
  id: 'routes',
  title: 'Event states',
  description:
    'The fraction of events in each state along the axis, of all streams together; the first state that holds counts.',
  unit: '',
  height: ROUTES_HEIGHT,
  View: EventStateFractions,
};
