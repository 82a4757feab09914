import type { ViewPanel } from '../panel.ts';
import { ROUTES_HEIGHT, RouteShares } from './RouteShares.tsx';

export const routes: ViewPanel = {
  type: 'view',
  id: 'routes',
  title: 'Routes',
  description: 'What became of the events: the share of each route along the axis, of all streams together.',
  unit: '',
  height: ROUTES_HEIGHT,
  View: RouteShares,
};
