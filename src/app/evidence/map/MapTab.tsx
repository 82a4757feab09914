import { useEffect, useMemo, type ReactNode } from 'react';
import { explain } from '../../../core/errors.ts';
import { formatCount, formatPercent, formatTimeFull } from '../../../core/format.ts';
import { EVENT_STATES } from '../../../detection/types.ts';
import { layouts, signatureOf, useEmbeddingMap, useLayout, type LayoutState } from '../../../state/drilldown/map.ts';
import { useColumnValue } from '../../../state/drilldown/useColumnCodes.ts';
import { actions, useTautline } from '../../../state/store.ts';
import type { StoredColumn } from '../../../state/storedColumns.ts';
import type { EmbeddingMap } from '../../../workers/drilldown.ts';
import { fieldText } from '../../inspector/fields.ts';
import { EventStateBadge } from '../../shell/Badge.tsx';
import { ProgressBar, progressText } from '../../shell/Progress.tsx';
import { Answer, Empty, Segmented } from '../parts.tsx';
import { useRows } from '../useRows.ts';
import type { Subject } from '../useSubject.ts';
import { useTexts } from '../useTexts.ts';
import type { Coloring } from './colors.ts';
import { MapKey } from './MapKey.tsx';
import { planeAxes } from './planeAxes.ts';
import { PointMap } from './PointMap.tsx';
import { ofColor, pointOf, pointStates } from './states.ts';
import { useChoice } from '../useChoice.ts';
import { useColored, type ColoredMap } from './useColored.ts';
import './map.css';

type Projection = 'plane' | 'umap';
/** Events of the alert that are ringed. */
const MAX_RINGED = 100;

/** What the map keeps of the distances: a map of many axes on two is not to be read as more than it is. */
function Caveat({
  map,
  projection,
  layout,
}: {
  readonly map: EmbeddingMap;
  readonly projection: Projection;
  readonly layout: LayoutState | null;
}): ReactNode {
  const thinned =
    map.total > map.index.length
      ? ` ${formatCount(map.index.length)} of ${formatCount(map.total)} events are shown, evenly spread.`
      : '';
  const pauses = map.pauses > 0 ? ` ${formatCount(map.pauses)} pauses have no embedding and are not here.` : '';
  if (projection === 'plane') {
    const kept = map.explained[0] + map.explained[1];
    return (
      <p className="dim map-caveat">
        Both axes count within-stream standard deviations (σ) of the reference. Distances in the plane keep{' '}
        {formatPercent(kept)} of the variance of the {formatCount(map.k)} whitened axes: points that are together here
        may be apart along the others.{thinned}
        {pauses}
      </p>
    );
  }
  if (layout?.phase !== 'done') return null;
  const { fitted, neighboursKept, neighbours } = layout.layout;
  return (
    <p className="dim map-caveat">
      UMAP shows who is near whom; distances between groups, their sizes and the axes mean nothing.
      {Number.isFinite(neighboursKept) &&
        ` Of the ${formatCount(neighbours)} nearest neighbours of a point in the ${formatCount(map.k)} axes, ` +
          `${formatPercent(neighboursKept, 2)} are among its nearest here.`}
      {fitted < map.index.length &&
        ` ${formatCount(fitted)} points were laid out, ` +
          `the other ${formatCount(map.index.length - fitted)} stand among the nearest of these.`}
      {thinned}
      {pauses}
    </p>
  );
}

function LayoutTools({ layout }: { readonly layout: LayoutState | null }): ReactNode {
  if (layout?.phase === 'running') {
    return (
      <div className="map-progress" role="status">
        <ProgressBar progress={layout.progress} label="UMAP" />
        <span className="dim">{progressText(layout.progress)}</span>
        <button type="button" className="button small" onClick={() => layouts.cancel()}>
          Cancel
        </button>
      </div>
    );
  }
  if (layout?.phase === 'failed')
    return (
      <span className="field-problem" role="alert">
        {explain(layout.error)}
      </span>
    );
  return null;
}

function MapOf({ map, subject }: { readonly map: EmbeddingMap; readonly subject: Subject }): ReactNode {
  const { report } = subject;
  const [coloring, setColoring] = useChoice<Coloring>('colour', 'stream');
  const [projection, setProjection] = useChoice<Projection>('projection', 'plane');
  const range = useTautline((state) => state.view.range);
  const hiddenStreams = useTautline((state) => state.view.hiddenStreams);
  const selected = useTautline((state) => state.view.selected);
  const cursor = useTautline((state) => state.cursor);
  const highlighted = useTautline((state) => state.highlighted);
  const signature = useMemo(() => signatureOf(map), [map]);
  const layout = useLayout(signature);
  const names = useMemo(() => report.streams.map(({ name }) => name), [report]);
  const shownAs = useColored(map, subject, coloring);
  const { colored, only } = shownAs;
  const states = useMemo(
    () =>
      pointStates(
        map,
        // Colours tell the stretch already.
        coloring === 'phase' ? null : range,
        new Set(names.flatMap((name, i) => (hiddenStreams.includes(name) ? [i] : []))),
        highlighted?.index ?? null,
      ),
    [map, range, names, hiddenStreams, highlighted, coloring],
  );
  const state = useMemo(() => ofColor(states, colored.codes, only), [states, colored, only]);
  const ringed = useMemo(() => {
    const found: number[] = [];
    if (coloring === 'phase') return found;
    for (let i = 0; i < map.index.length && found.length < MAX_RINGED; i += 1) {
      if (map.stream[i] === subject.stream && map.index[i] >= subject.onset && map.index[i] <= subject.event)
        found.push(i);
    }
    return found;
  }, [map, subject, coloring]);
  useEffect(() => () => actions.mark(null), []);
  useEffect(() => {
    // A link that shows UMAP has it computed where this page has not yet.
    if (projection === 'umap' && layout === null) layouts.start(map);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once per map: a cancelled layout must not begin again
  }, [map]);

  const umap = layout?.phase === 'done' ? layout.layout.positions : null;
  const shown: Projection = projection === 'umap' && umap ? 'umap' : 'plane';
  const choose = (next: Projection): void => {
    setProjection(next);
    if (next === 'umap' && (layout === null || layout.phase === 'failed')) layouts.start(map);
  };
  return (
    <>
      <div className="evidence-tools">
        <Segmented
          label="Projection"
          value={projection}
          onChange={choose}
          options={[
            ['plane', 'principal plane'],
            ['umap', 'UMAP'],
          ]}
        />
        <ColorBy coloring={coloring} onChange={setColoring} {...shownAs} />
        {projection === 'umap' && <LayoutTools layout={layout} />}
        {highlighted && <Picked index={highlighted.index} />}
      </div>
      <MapKey {...shownAs} />
      <PointMap
        label={
          `Map of ${formatCount(map.index.length)} embeddings; ` +
          'drag to pick events, arrows move, plus and minus zoom'
        }
        axes={shown === 'umap' ? null : planeAxes(map)}
        positions={shown === 'umap' && umap ? umap : map.plane}
        colored={colored}
        state={state}
        ringed={ringed}
        selected={pointOf(map.index, selected)}
        cursor={pointOf(map.index, cursor)}
        onHover={(point) => actions.setCursor(point < 0 ? null : map.index[point])}
        onPick={(point) => actions.select(map.index[point])}
        onBrush={(points) =>
          actions.mark({
            index: Int32Array.from(points, (i) => map.index[i]),
            time: Float64Array.from(points, (i) => map.time[i]),
          })
        }
        tip={(point) => <Tip map={map} point={point} names={names} column={shownAs.column} />}
      />
      {ringed.length > 0 && (
        <p className="dim map-key">
          <i className="map-ring" /> events of {names[subject.stream]}{' '}
          {subject.stretch ? 'in the stretch' : 'from the onset to the alert'}
        </p>
      )}
      <p className="dim map-caveat">
        Drag to pick events, which the timelines then mark; shift-drag moves, the wheel zooms, a double click shows all.
        {range && coloring !== 'phase' && ' Pale: outside the visible range of the charts.'}
      </p>
      <Caveat map={map} projection={shown} layout={layout} />
    </>
  );
}

function ColorBy({
  coloring,
  column,
  columns,
  note,
  onChange,
}: Pick<ColoredMap, 'column' | 'columns' | 'note'> & {
  readonly coloring: Coloring;
  readonly onChange: (coloring: Coloring) => void;
}): ReactNode {
  return (
    <>
      <label>
        colour by{' '}
        <select value={coloring} onChange={(event) => onChange(event.target.value as Coloring)}>
          <option value="stream">stream</option>
          <option value="route">state</option>
          <option value="time">time</option>
          <option value="phase">before, in and after</option>
          {coloring.startsWith('column:') && column === null && (
            <option value={coloring}>{coloring.slice('column:'.length)}</option>
          )}
          {columns.length > 0 && (
            <optgroup label="Columns of the ledger">
              {columns.map(({ name }) => (
                <option key={name} value={`column:${name}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
      {note !== null && (
        <span className="dim" role="status">
          {note}
        </span>
      )}
    </>
  );
}

/** How many events are picked, and what can be done with them. */
function Picked({ index }: { readonly index: Int32Array }): ReactNode {
  return (
    <span>
      {formatCount(index.length)} picked{' '}
      <button
        type="button"
        className="button small"
        onClick={() => actions.setRange({ from: index[0], to: index[index.length - 1] + 1 })}
      >
        Zoom the charts to them
      </button>{' '}
      <button type="button" className="button small quiet" onClick={() => actions.mark(null)}>
        Clear
      </button>
    </span>
  );
}

function Tip({
  map,
  point,
  names,
  column,
}: {
  readonly map: EmbeddingMap;
  readonly point: number;
  readonly names: readonly string[];
  /** The one that points are coloured by. */
  readonly column: StoredColumn | null;
}): ReactNode {
  const index = map.index[point];
  const rows = useRows([index]);
  const row = rows.get(index);
  const texts = useTexts(row === undefined ? [] : [row]);
  const message = row === undefined ? undefined : texts.get(row);
  const read = useColumnValue(column, row ?? null);
  const value = column && read && (fieldText(column.name, read.value) ?? 'no value');
  return (
    <>
      <span className="quote-head">
        <strong>{names[map.stream[point]]}</strong>
        <span className="dim">{formatCount(index)}</span>
        <EventStateBadge eventState={EVENT_STATES[map.eventState[point]]} />
      </span>
      {Number.isFinite(map.time[point]) && <span className="dim">{formatTimeFull(map.time[point])}</span>}
      {column && value && (
        <span>
          <span className="dim">{column.name}</span> {value}
        </span>
      )}
      {message?.text && <span className="quote-text">{message.text}</span>}
    </>
  );
}

/** Every event with an embedding as a point, tied to the timelines in both directions. */
export function MapTab({ subject }: { readonly subject: Subject }): ReactNode {
  const query = useEmbeddingMap();
  return (
    <Answer query={query} what="mapping the embeddings">
      {(map) =>
        map.index.length === 0 ? (
          <Empty>No event has an embedding: there is nothing to map.</Empty>
        ) : (
          <MapOf map={map} subject={subject} />
        )
      }
    </Answer>
  );
}
