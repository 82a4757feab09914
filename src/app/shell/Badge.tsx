import type { ReactNode } from 'react';
import { kindStyle, eventStateStyle } from '../../charts/palette.ts';
import { useChartTheme } from '../../charts/theme.ts';
import { eventStateName } from '../../detection/eventStateNames.ts';
import type { AlertKind, EventState } from '../../detection/types.ts';
import { kindLabel } from '../../detection/kindLabels.ts';

function Swatch({ color, letter }: { readonly color: string; readonly letter: string }): ReactNode {
  return (
    <span className="swatch" style={{ background: color }} aria-hidden="true">
      {letter}
    </span>
  );
}

/** An alert kind in the colour and with the letter that the charts give it. */
export function KindBadge({ kind }: { readonly kind: AlertKind }): ReactNode {
  const { mode } = useChartTheme();
  return (
    <span className="badge" title={kind}>
      <Swatch {...kindStyle(kind, mode)} />
      {kindLabel(kind)}
    </span>
  );
}

/** Only the coloured letter of a kind. */
export function KindDot({ kind }: { readonly kind: AlertKind }): ReactNode {
  const { mode } = useChartTheme();
  return (
    <span title={kindLabel(kind)}>
      <Swatch {...kindStyle(kind, mode)} />
      <span className="visually-hidden">{kindLabel(kind)} </span>
    </span>
  );
}

/** A route in the colour and with the letter that the charts give it. */
export function EventStateBadge({ eventState: route }: { readonly eventState: EventState }): ReactNode {
  const { mode } = useChartTheme();
  return (
    <span className="badge route" title={route}>
      <Swatch {...eventStateStyle(route, mode)} />
      {eventStateName(route)}
    </span>
  );
}

/** Only the coloured letter of a route. */
export function EventStateDot({ eventState: route }: { readonly eventState: EventState }): ReactNode {
  const { mode } = useChartTheme();
  return (
    <span title={eventStateName(route)}>
      <Swatch {...eventStateStyle(route, mode)} />
      <span className="visually-hidden">{eventStateName(route)}</span>
    </span>
  );
}
