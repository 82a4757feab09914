import type { ViewPanel } from '../panel.ts';
import { AlertLanes } from './AlertLanes.tsx';

export const alerts: ViewPanel = {
  type: 'view',
  id: 'alerts',
  title: 'Alerts',
  description:
    'Every episode as a bar from its estimated onset through the tick where it fired to where it resolved; ' +
    'dashed outlines are alerts that only the default parameters raise.',
  unit: '',
  methods: 8,
  height: 60,
  View: AlertLanes,
};
