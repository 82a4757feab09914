import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';

/** The filter with `kind` taken in or out; null (all kinds) once nothing is left out. */
export const toggleKind = (kinds: readonly AlertKind[] | null, kind: AlertKind): readonly AlertKind[] | null =>
  toggle(ALERT_KINDS, kinds, kind);

/** The same of any list of kinds. */
export function toggle<K>(all: readonly K[], kinds: readonly K[] | null, kind: K): readonly K[] | null {
  const shown = kinds ?? all;
  const next = all.filter((k) => (k === kind ? !shown.includes(k) : shown.includes(k)));
  return next.length === all.length ? null : next;
}
