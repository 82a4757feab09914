import { formatNumber } from '../../../core/format.ts';
import type { Parameters } from '../../parameters.ts';
import type { Calibration } from '../../types.ts';
import type { Channel, Limits } from '../channel.ts';

const zoneOf = (c: Calibration, p: Parameters): Limits => [p.zone[0] * c.tension, p.zone[1] * c.tension];

/** Sliced Earth Mover's Distance of a stream from all others. Source: docs/methods.md 6 and 8. */
export const tension: Channel<'tension'> = {
  id: 'tension',
  label: 'Tension',
  help:
    "Earth mover's distance between a stream's last events and everyone else's: towards zero all say the same, " +
    'above the zone they talk past each other.',
  rank: 60,
  methods: 6,
  signals: { tension: { label: 'Tension', unit: '', limits: zoneOf, reported: true } },
  kinds: {},
  notice: (e, c, p) => {
    const [low, high] = zoneOf(c, p);
    const value = e.value('tension');
    const zone = `${formatNumber(low)} to ${formatNumber(high)}`;
    if (value < low || value > high) return `Tension ${formatNumber(value)} is outside its zone, ${zone}.`;
    return e.eventState === 'ACCOMMODATION'
      ? `Tension ${formatNumber(value)} is inside its zone, ${zone}: the friction is being absorbed.`
      : null;
  },
  outOfAction({ calibration: c, streams }) {
    if (streams < 2)
      return { reason: 'there is one stream only, and tension needs two', help: 'Another stream key may have more.' };
    return Number.isNaN(c.tension)
      ? {
          reason: 'the reference has too few events for a usual tension',
          help: 'A longer reference, or a lower EMD minimum, would help.',
        }
      : null;
  },
  empty:
    'No tension in this range: both windows need enough events first (EMD minimum). Look further right, or ' +
    'lower the minimum.',
};
