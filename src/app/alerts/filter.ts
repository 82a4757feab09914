import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';

/** The filter with `kind` taken in or out; null (all kinds) once nothing is left out. */
export function toggleKind(kinds: readonly AlertKind[] | null, kind: AlertKind): readonly AlertKind[] | null {
  const shown = kinds ?? ALERT_KINDS;
  const next = ALERT_KINDS.filter((k) => (k === kind ? !shown.includes(k) : shown.includes(k)));
  return next.length === ALERT_KINDS.length ? null : next;
}
