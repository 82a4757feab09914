import type { ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { CHANNEL_TABLE } from '../../detection/channels/table.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import { actions, useTautline } from '../../state/store.ts';
import { KindBadge } from '../shell/Badge.tsx';
import { toggleKind } from './filter.ts';

/** Which kinds and streams the alert table lists, and which kinds cannot be raised. */
export function AlertFilters(): ReactNode {
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
