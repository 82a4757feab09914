import { useMemo } from 'react';
import { eventStateStyle } from '../../charts/palette.ts';
import { StackedArea, type Layer } from '../../charts/StackedArea.tsx';
import { useChartTheme } from '../../charts/theme.ts';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatPercent } from '../../core/format.ts';
import { eventStateName } from '../../detection/eventStateNames.ts';
import { EVENT_STATES } from '../../detection/types.ts';
import { useShared } from '../stack/timeline.ts';
import { useComposition } from '../stack/useComposition.ts';
import { fetchWindow } from '../stack/window.ts';
import { countEventStates, sharesAt } from './shares.ts';

export const EVENT_STATES_HEIGHT = 120;
/** Shares need some events per bucket to mean anything: one bucket per this many pixels. */
const PIXELS_A_BUCKET = 6;

/** How the routes of events are made up along the axis. */
export function EventStateFractions({ table }: { table: boolean }) {
  const { link, range, report, width, axis, ticks, formatX } = useShared();
  const { mode } = useChartTheme();
  const layers = useMemo<Layer[]>(
    () =>
      EVENT_STATES.map((eventState) => ({
        key: eventState,
        name: eventStateName(eventState),
        style: eventStateStyle(eventState, mode),
      })),
    [mode],
  );
  const window = fetchWindow(range, report.events, (2 * width) / PIXELS_A_BUCKET, axis, 1);
  const {
    query: { data, error, isFetching, refetch },
    counts,
  } = useComposition(window.range, window.buckets);
  const totals = useMemo(
    () => (data ? countEventStates(data.x, data.counts, link.domain.min, link.domain.max) : null),
    [data, link.domain],
  );
  const sum = totals?.reduce((a, b) => a + b, 0) ?? 0;

  if (error) {
    return (
      <p className="panel-message error" role="alert">
        {explain(toTautlineError(error, 'counting event states'))}{' '}
        <button type="button" onClick={() => void refetch()}>
          Try again
        </button>
      </p>
    );
  }
  return (
    <div className={isFetching ? 'loading' : undefined}>
      <StackedArea
        {...link}
        label="Event states: fraction of events along the axis"
        height={EVENT_STATES_HEIGHT}
        layers={layers}
        data={counts}
        ticks={ticks}
        describe={(x) =>
          data
            ? `${formatX(x)}: ${sharesAt(data.x, data.counts, x)
                .map(([eventState, share]) => `${eventStateName(eventState)} ${formatPercent(share)}`)
                .join(', ')}`
            : formatX(x)
        }
      />
      {totals && (
        <ul className="key">
          {layers.map(
            (layer, i) =>
              totals[i] > 0 && (
                <li key={layer.key} title={`${formatCount(totals[i])} events`}>
                  <b style={{ background: layer.style.color }}>{layer.style.letter}</b>
                  {layer.name} {formatPercent(totals[i] / sum)}
                </li>
              ),
          )}
        </ul>
      )}
      {totals && (
        <div className={table ? 'chart-table' : 'visually-hidden'}>
          <table>
            <caption>
              Event states from {formatX(link.domain.min)} to {formatX(link.domain.max)}, whole buckets
            </caption>
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Events</th>
                <th scope="col">Share</th>
              </tr>
            </thead>
            <tbody>
              {layers.map((layer, i) => (
                <tr key={layer.key}>
                  <th scope="row">{layer.name}</th>
                  <td>{formatCount(totals[i])}</td>
                  <td>{formatPercent(sum > 0 ? totals[i] / sum : 0)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
