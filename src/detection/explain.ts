import { CHANNELS_IN_ORDER, KINDS } from './channels/index.ts';
import type { ExplainedEvent } from './channels/channel.ts';
import type { Parameters } from './parameters.ts';
import { ALERT_KINDS, type AlertKind, type Calibration } from './types.ts';

/** What is known of one event when its route is explained; NaN if a signal is not defined. */
export interface ExplainInput extends ExplainedEvent {
  readonly isVoid: boolean;
  readonly inReference: boolean;
  readonly seq: number;
  /** Events the stream has to exceed. */
  readonly warmup: number;
  /** Kinds of the episodes open at the event. */
  readonly open: readonly AlertKind[];
}

/** The one kind that speaks of a pause: it is about who answers. */
const OF_PAUSES: AlertKind = 'VOID';

/**
 * Why an event has its route, most decisive first: sentences with the numbers that were compared. Source:
 * docs/methods.md 8.
 */
export function explainEventState(e: ExplainInput, c: Calibration, p: Parameters): string[] {
  if (e.eventState === 'WARMING') {
    return [
      e.inReference
        ? 'Inside the reference period: it sets the scale, so no alert is raised here.'
        : `Warming up: event ${e.seq} of its stream, detectors start after ${e.warmup}.`,
    ];
  }
  const explained = (kinds: readonly AlertKind[]) =>
    kinds.filter((kind) => e.open.includes(kind)).map((kind) => KINDS[kind].explain(e, c, p));
  const decoupled = explained([OF_PAUSES]);
  if (e.isVoid)
    return [
      'A pause: the event has no embedding. It is kept as data and counts as silence for every other stream.',
      ...decoupled,
    ];
  const why = [
    ...decoupled,
    ...explained(ALERT_KINDS.filter((kind) => kind !== OF_PAUSES)),
    ...CHANNELS_IN_ORDER.flatMap(({ notice }) => notice?.(e, c, p) ?? []),
  ];
  return why.length > 0 ? why : ['Every signal is inside its limits.'];
}
