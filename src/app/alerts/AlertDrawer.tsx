import { lazy, Suspense, useCallback, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { useTautline } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';
import { MIN_DRAWER, useUi } from '../ui.ts';
import './alerts.css';

const AlertTable = lazy(() => import('./AlertTable.tsx').then((module) => ({ default: module.AlertTable })));

const DrawerFilters = lazy(() => import('./DrawerFilters.tsx').then((module) => ({ default: module.DrawerFilters })));
const NoticeTable = lazy(() => import('./NoticeTable.tsx').then((module) => ({ default: module.NoticeTable })));

/** px a key moves the edge by. */
const KEY_STEP = 24;
/** The drawer never takes more than this share of the window. */
const MAX_SHARE = 0.7;

const held = (height: number): number =>
  Math.max(MIN_DRAWER, Math.min(Math.round(window.innerHeight * MAX_SHARE), Math.round(height)));

function Edge(): ReactNode {
  const height = useUi((ui) => ui.drawerHeight);
  const start = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const resize = (to: number): void => useUi.setState({ drawerHeight: held(to) });
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { y: event.clientY, height };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (start.current) resize(start.current.height + start.current.y - event.clientY);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: KEY_STEP, ArrowDown: -KEY_STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(height + step);
  };
  return (
    <div
      className="drawer-edge"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the alert table"
      tabIndex={0}
      aria-valuenow={height}
      aria-valuemin={MIN_DRAWER}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = null;
      }}
      onPointerCancel={() => {
        start.current = null;
      }}
      onKeyDown={onKeyDown}
    />
  );
}

/** The alert table below the charts, with its filter; its upper edge can be dragged. */
export function AlertDrawer(): ReactNode {
  const besideEvidence = useTautline((state) => state.view.evidence !== null);
  const which = besideEvidence ? 'drawerBesideEvidence' : 'drawerOpen';
  const open = useUi((ui) => ui[which]);
  const height = useUi((ui) => ui.drawerHeight);
  const alerts = useTautline((state) => state.analysis.report?.alerts.length ?? null);
  const stale = useTautline((state) => state.analysis.preview !== null);
  const list = useUi((ui) => ui.drawerList);
  const toggle = useCallback(() => useUi.setState({ [which]: !open }), [which, open]);
  if (alerts === null) return null;
  return (
    <section className="drawer" aria-labelledby="alerts-title" style={open ? { height } : undefined}>
      {open && <Edge />}
      <header>
        <h2 id="alerts-title">
          <button type="button" aria-expanded={open} onClick={toggle}>
            <Icon name={open ? 'chevronDown' : 'chevronRight'} size={12} /> Alert table{' '}
            <span className="dim">
              {formatCount(alerts)}
              {stale && ', refining'}
            </span>
          </button>
        </h2>
        {open && (
          <Suspense fallback={null}>
            <DrawerFilters />
          </Suspense>
        )}
      </header>
      {open && (
        <Suspense fallback={<p className="region-loading">Loading the table…</p>}>
          {list === 'alerts' ? <AlertTable /> : <NoticeTable />}
        </Suspense>
      )}
    </section>
  );
}
