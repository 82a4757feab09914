import type { ReactNode } from 'react';
import type { ExportFile } from '../../charts/ExportMenu.tsx';
import { formatCount } from '../../core/format.ts';
import { CHANNEL_TABLE, NOTICE_KINDS, NOTICE_LABELS } from '../../detection/channels/table.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { useUi, type UiState } from '../ui.ts';
import { TakeShown } from '../shell/TakeShown.tsx';
import { noticesCsv } from './noticesFile.ts';
import { toggle, toggleKind } from './filter.ts';
import { TakeAlong } from './TakeAlong.tsx';
import { useTableView } from './tableView.ts';

function Chips(): ReactNode {
  const filter = useTautline((state) => state.view.alertFilter);
  const report = useTautline((state) => state.analysis.report);
  const count = (kind: AlertKind): number => report?.alerts.filter((alert) => alert.kind === kind).length ?? 0;
  /** Why a kind cannot be raised in any stream; null where it can. */
  const outOf = (kind: AlertKind): string | null => {
    const own = (report?.health ?? []).filter(({ channel }) => kind in CHANNEL_TABLE[channel].kinds);
    return own.length > 0 && own.every(({ outOfAction }) => outOfAction) ? own[0].outOfAction!.reason : null;
  };
  return (
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
    actions.setAlertFilter({ ...filter, kinds: list === 'alerts' ? null : filter.kinds, stream: null });
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
function Lists({ list }: { readonly list: UiState['drawerList'] }): ReactNode {
  const alerts = useTautline((state) => state.analysis.report?.alerts.length ?? 0);
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

/** Search in the table, and whether alerts stand under their incidents. */
function Looks(): ReactNode {
  const grouped = useTableView((view) => view.grouped);
  const filter = useTautline((state) => state.view.alertFilter);
  return (
    <>
      <input
        type="search"
        className="alert-search"
        aria-label="Search the alerts"
        placeholder="Search"
        value={filter.search ?? ''}
        onChange={(event) => actions.setAlertFilter({ ...filter, search: event.target.value || null })}
      />
      <button
        type="button"
        className="button small quiet"
        aria-pressed={grouped}
        title="One line for alerts that belong together; the arrow opens it"
        onClick={() => useTableView.setState({ grouped: !grouped })}
      >
        By incident
      </button>
    </>
  );
}

/** The notices that are listed, as a file. */
function TakeNotices(): ReactNode {
  const streams = useTautline((state) => state.analysis.report?.streams);
  const streamName = useTautline((state) => state.view.alertFilter.stream);
  const kinds = useUi((ui) => ui.noticeKinds);
  const names = streams?.map(({ name }) => name) ?? [];
  const stream = streamName === null ? -1 : names.indexOf(streamName);
  const filter = { kinds, stream: stream < 0 ? null : stream };
  const file: ExportFile = {
    title: 'Table (CSV)',
    description: 'All that pass the filter, with every digit',
    extension: 'csv',
    make: (job) => noticesCsv(filter, names, job),
  };
  return <TakeShown name="notices" files={[file]} />;
}

/** What the drawer lists, which kinds and streams of it, and how many there are. */
export function DrawerFilters(): ReactNode {
  const list = useUi((ui) => ui.drawerList);
  return (
    <>
      <Lists list={list} />
      {list === 'alerts' && <Looks />}
      <Filters list={list} />
      {list === 'alerts' ? <TakeAlong /> : <TakeNotices />}
    </>
  );
}
