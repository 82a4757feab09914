import { lazy, Suspense, useCallback, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { useTautline } from '../../state/store.ts';
import { Icon } from '../shell/Icon.tsx';
import { useUi } from '../ui.ts';
import { DrawerEdge } from './DrawerEdge.tsx';
import './alerts.css';

const AlertTable = lazy(() => import('./AlertTable.tsx').then((module) => ({ default: module.AlertTable })));

const DrawerFilters = lazy(() => import('./DrawerFilters.tsx').then((module) => ({ default: module.DrawerFilters })));
const NoticeTable = lazy(() => import('./NoticeTable.tsx').then((module) => ({ default: module.NoticeTable })));

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
      {open && <DrawerEdge label="Height of the alert table" />}
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
