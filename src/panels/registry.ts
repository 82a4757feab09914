import { alerts } from './alerts/panel.ts';
import { coupling } from './coupling/panel.ts';
import { cusum } from './cusum/panel.ts';
import { displacement } from './displacement/panel.ts';
import { divergence } from './divergence/panel.ts';
import { entropy } from './entropy/panel.ts';
import { friction } from './friction/panel.ts';
import { latency } from './latency/panel.ts';
import type { Panel } from './panel.ts';
import { routes } from './routes/panel.ts';
import { shift } from './shift/panel.ts';
import { tension } from './tension/panel.ts';

/** Every panel, from top to bottom. */
export const PANELS: readonly Panel[] = [
  alerts,
  divergence,
  cusum,
  friction,
  entropy,
  coupling,
  tension,
  shift,
  displacement,
  latency,
  routes,
];
