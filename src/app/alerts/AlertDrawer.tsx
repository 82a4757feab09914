import { lazy, Suspense, useCallback, useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { NOTICE_KINDS, NOTICE_LABELS } from '../../detection/channels/table.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { Icon } from '../shell/Icon.tsx';
import { MIN_DRAWER, useUi, type UiState } from '../ui.ts';
import { toggle, toggleKind } from './filter.ts';

const AlertTable = lazy(() => import('./AlertTable.tsx').then((module) => ({ default: module.AlertTable })));

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

function Chips(): ReactNode {
  const filter = useTautline((state) => state.view.alertFilter);
  const alerts = useTautline((state) => state.analysis.report?.alerts);
  const count = (kind: AlertKind): number => alerts?.filter((alert) => alert.kind === kind).length ?? 0;
  return (
    <div className="chips" role="group" aria-label="Kinds of alert">
      {ALERT_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          className="chip"
          aria-pressed={filter.kinds === null || filter.kinds.includes(kind)}
          onClick={() => actions.setAlertFilter({ ...filter, kinds: toggleKind(filter.kinds, kind) })}
        >
          <KindBadge kind={kind} />
          <span className="chip-count">{formatCount(count(kind))}</span>
        </button>
      ))}
    </div>
  );
}

function NoticeChips(): ReactNode {
  const kinds = useUi((ui) => ui.noticeKinds);
  const counts = useTautline((state) => state.analysis.report?.notices);
  return (
    <div className="chips" role="group" aria-label="Kinds of notice">
      {NOTICE_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          className="chip plain"
          aria-pressed={kinds === null || kinds.includes(kind)}
          title={kind}
          onClick={() => useUi.setState({ noticeKinds: toggle(NOTICE_KINDS, kinds, kind) })}
        >
          {NOTICE_LABELS[kind]} <span className="chip-count">{formatCount(counts?.[kind] ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}

function Filters({ list }: { readonly list: UiState['drawerList'] }): ReactNode {
  const filter = useTautline((state) => state.view.alertFilter);
  const streams = useTautline((state) => state.analysis.report?.streams);
  const noticeKinds = useUi((ui) => ui.noticeKinds);
  if (!streams) return null;
  const kinds = list === 'alerts' ? filter.kinds : noticeKinds;
  const showAll = (): void => {
    actions.setAlertFilter({ kinds: list === 'alerts' ? null : filter.kinds, stream: null });
    if (list === 'notices') useUi.setState({ noticeKinds: null });
  };
  return (
    <>
      {list === 'alerts' ? <Chips /> : <NoticeChips />}
      <select
        aria-label="Stream"
        value={filter.stream ?? ''}
        onChange={(event) => actions.setAlertFilter({ ...filter, stream: event.target.value || null })}
      >
        <option value="">all streams</option>
        {streams.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {(kinds !== null || filter.stream !== null) && (
        <button type="button" className="button small quiet" onClick={showAll}>
          Show all
        </button>
      )}
    </>
  );
}

/** Alerts, or the single events that are beyond a limit and no alert. */
function Lists({ alerts, list }: { readonly alerts: number; readonly list: UiState['drawerList'] }): ReactNode {
  const notices = useTautline((state) =>
    NOTICE_KINDS.reduce((sum, kind) => sum + (state.analysis.report?.notices[kind] ?? 0), 0),
  );
  return (
    <div className="segmented" role="group" aria-label="List">
      {(['alerts', 'notices'] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={list === name}
          title={
            name === 'alerts'
              ? 'Episodes that were alerted on'
              : 'Single events beyond a limit: noticed, not alerted on'
          }
          onClick={() => useUi.setState({ drawerList: name })}
        >
          {name === 'alerts' ? 'Alerts' : 'Notices'} {formatCount(name === 'alerts' ? alerts : notices)}
        </button>
      ))}
    </div>
  );
}

/** The alert table below the charts, with its filter; its upper edge can be dragged. */
export function AlertDrawer(): ReactNode {
  const open = useUi((ui) => ui.drawerOpen);
  const height = useUi((ui) => ui.drawerHeight);
  const alerts = useTautline((state) => state.analysis.report?.alerts.length ?? null);
  const stale = useTautline((state) => state.analysis.preview !== null);
  const list = useUi((ui) => ui.drawerList);
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
        {open && <Lists alerts={alerts} list={list} />}
        {open && <Filters list={list} />}
      </header>
      {open && (
        <Suspense fallback={<p className="region-loading">Loading the table…</p>}>
          {list === 'alerts' ? <AlertTable /> : <NoticeTable />}
        </Suspense>
      )}
    </section>
  );
}
