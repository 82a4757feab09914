import { formatNumber, formatQuantity } from '../core/format.ts';
import type { Parameters } from './parameters.ts';
import type { AlertKind, Calibration, Route } from './types.ts';

/** What is known of one event when its route is explained; NaN where a signal is not defined. */
export interface ExplainInput {
  readonly route: Route;
  readonly isVoid: boolean;
  readonly inReference: boolean;
  readonly seq: number;
  /** Events the stream has to exceed (spec 8). */
  readonly warmup: number;
  readonly kl: number;
  readonly friction: number;
  readonly entropy: number;
  readonly rho: number;
  readonly tension: number;
  readonly mewma: number;
  readonly cusum: number;
  /** Kinds of the episodes open at the event. */
  readonly open: readonly AlertKind[];
}

/**
 * Why an event has its route, most decisive first: sentences with the numbers that were compared (spec 8).
 */
export function explainRoute(e: ExplainInput, c: Calibration, p: Parameters): string[] {
  if (e.route === 'WARMING') {
    return [
      e.inReference
        ? 'Inside the reference period: it sets the scale, so no alert is raised here.'
        : `Warming up: event ${e.seq} of its stream, detectors start after ${e.warmup}.`,
    ];
  }
  const why: string[] = [];
  if (e.isVoid)
    why.push('A pause: the event has no embedding. It is kept as data and counts as silence for every other stream.');
  if (e.open.includes('VOID'))
    why.push(
      `Coupling ρ ${formatNumber(e.rho)}; VOID opens below ${formatNumber(p.void_floor * c.rho)} and closes above ${formatNumber(p.void_clear * c.rho)}.`,
    );
  if (e.isVoid) return why;
  if (e.open.includes('DRIFT')) {
    why.push(
      `A DRIFT episode is active: CUSUM ${formatQuantity(e.cusum, 'σ')}, h is ${formatQuantity(p.h, 'σ')}; it lasts until the sum is back at 0.`,
    );
  }
  if (e.open.includes('HOMOGENIZATION_FLOOR_NEAR')) {
    why.push(
      `Entropy ${formatQuantity(e.entropy, 'bits')}; the floor is ${formatQuantity(p.tau_min, 'bits')}, it closes above ${formatQuantity(p.tau_min + p.ent_hyst, 'bits')}.`,
    );
  }
  if (e.open.includes('FRAME_WEIGHT_DEGRADATION')) {
    why.push(
      `Friction ${formatNumber(e.friction)} has stayed below its band, which starts at ${formatNumber(c.lo)}, for at least ${formatQuantity(p.dwell, 'events')}.`,
    );
  }
  if (e.open.includes('SHIFT'))
    why.push(
      `Mean shift T² ${formatNumber(e.mewma)}; SHIFT opens above ${formatNumber(c.shiftLimit)} and closes below half of that, without effect on the state.`,
    );
  if (e.kl > p.tau_max)
    why.push(`KL ${formatQuantity(e.kl, 'nats')} is above the ceiling of ${formatQuantity(p.tau_max, 'nats')}.`);
  if (e.friction > c.hi)
    why.push(`Friction ${formatNumber(e.friction)} is above its band, which ends at ${formatNumber(c.hi)}.`);
  const [low, high] = [p.zone[0] * c.tension, p.zone[1] * c.tension];
  const zone = `${formatNumber(low)} to ${formatNumber(high)}`;
  if (e.tension < low || e.tension > high) why.push(`Tension ${formatNumber(e.tension)} is outside its zone, ${zone}.`);
  else if (e.route === 'ACCOMMODATION')
    why.push(`Tension ${formatNumber(e.tension)} is inside its zone, ${zone}: the friction is being absorbed.`);
  if (why.length === 0) why.push('Every signal is inside its limits.');
  return why;
}
