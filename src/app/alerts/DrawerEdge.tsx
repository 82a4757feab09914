import type { ReactNode } from 'react';
import { Divider } from '../shell/Divider.tsx';
import { MIN_DRAWER, useUi } from '../ui.ts';

/** px a key moves the edge by. */
const KEY_STEP = 24;
/** The drawer never takes more than this share of the window. */
const MAX_SHARE = 0.7;

const held = (height: number): number =>
  Math.max(MIN_DRAWER, Math.min(Math.round(window.innerHeight * MAX_SHARE), Math.round(height)));

/** The upper edge of what lies below the charts in place of the alert table. */
export function DrawerEdge({ label }: { readonly label: string }): ReactNode {
  const size = useUi((ui) => ui.drawerHeight);
  return (
    <Divider
      label={label}
      size={size}
      min={MIN_DRAWER}
      step={KEY_STEP}
      onSize={(to) => useUi.setState({ drawerHeight: held(to) })}
    />
  );
}
