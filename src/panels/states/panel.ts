import type { ViewPanel } from '../panel.ts';
import { EVENT_STATES_HEIGHT, EventStateFractions } from './EventStateFractions.tsx';

export const routes: ViewPanel = {
  type: 'view',
  id: 'routes',
  title: 'Event states',
  description:
    'The fraction of events in each state along the axis, of all streams together; the first state that holds counts.',
  unit: '',
  methods: 8,
  height: EVENT_STATES_HEIGHT,
  View: EventStateFractions,
};
