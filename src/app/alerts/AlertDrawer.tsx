import { lazy, Suspense, useCallback, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { CHANNEL_TABLE } from '../../detection/channels/table.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { Icon } from '../shell/Icon.tsx';
import { MIN_DRAWER, useUi } from '../ui.ts';
import { toggleKind } from './filter.ts';

const AlertTable = lazy(() => import('./AlertTable.tsx').then((module) => ({ default: module.AlertTable })));

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

function Filters(): ReactNode {
  const filter = useTautline((state) => state.view.alertFilter);
  const report = useTautline((state) => state.analysis.report);
  if (!report) return null;
  const count = (kind: AlertKind): number => report.alerts.filter((alert) => alert.kind === kind).length;
  /** Why a kind cannot be raised in any stream; null where it can. */
  const outOf = (kind: AlertKind): string | null => {
    const own = report.health.filter(({ channel }) => kind in CHANNEL_TABLE[channel].kinds);
    return own.length > 0 && own.every(({ outOfAction }) => outOfAction) ? own[0].outOfAction!.reason : null;
  };
  const narrowed = filter.kinds !== null || filter.stream !== null;
  return (
    <>
      <div className="chips" role="group" aria-label="Kinds of alert">
        {ALERT_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            className={outOf(kind) === null ? 'chip' : 'chip out'}
            title={outOf(kind) === null ? undefined : `Out of action: ${outOf(kind)}`}
            aria-pressed={filter.kinds === null || filter.kinds.includes(kind)}
            onClick={() => actions.setAlertFilter({ ...filter, kinds: toggleKind(filter.kinds, kind) })}
          >
            <KindBadge kind={kind} />
            <span className="chip-count">{formatCount(count(kind))}</span>
            {outOf(kind) !== null && <span className="visually-hidden">out of action: {outOf(kind)}</span>}
          </button>
        ))}
      </div>
      <select
        aria-label="Stream"
        value={filter.stream ?? ''}
        onChange={(event) => actions.setAlertFilter({ ...filter, stream: event.target.value || null })}
      >
        <option value="">all streams</option>
        {report.streams.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {narrowed && (
        <button
          type="button"
          className="button small quiet"
          onClick={() => actions.setAlertFilter({ kinds: null, stream: null })}
        >
          Show all
        </button>
      )}
    </>
  );
}

/** The alert table below the charts, with its filter; its upper edge can be dragged. */
export function AlertDrawer(): ReactNode {
  const open = useUi((ui) => ui.drawerOpen);
  const height = useUi((ui) => ui.drawerHeight);
  const alerts = useTautline((state) => state.analysis.report?.alerts.length ?? null);
  const stale = useTautline((state) => state.analysis.preview !== null);
  const toggle = useCallback(() => useUi.setState({ drawerOpen: !open }), [open]);
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
        {open && <Filters />}
      </header>
      {open && (
        <Suspense fallback={<p className="region-loading">Loading the table…</p>}>
          <AlertTable />
        </Suspense>
      )}
    </section>
  );
}
