import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import { mapOfSides, type SidesMap } from '../../state/drilldown/compare.ts';
import { actions } from '../../state/store.ts';
import type { Colored } from '../evidence/map/colors.ts';
import { planeAxes } from '../evidence/map/planeAxes.ts';
import { PointMap } from '../evidence/map/PointMap.tsx';
import '../evidence/map/map.css';
import { Answer } from '../evidence/parts.tsx';
import { sideColor, type Sides } from './sides.ts';

const NAMES = ['all else', 'a', 'b'];
const NONE: readonly number[] = [];

function MapOf({ map, a, b }: Sides & { readonly map: SidesMap }): ReactNode {
  const { mode } = useChartTheme();
  const colored = useMemo((): Colored => {
    const points = [0, 0, 0];
    for (const code of map.side) points[code] += 1;
    return {
      codes: map.side,
      colors: [mode === 'dark' ? '#3b4048' : '#d5d8dc', sideColor('a', mode), sideColor('b', mode)],
      scale: null,
      key: NAMES.map((name, code) => ({ code, name, points: points[code] })),
    };
  }, [map, mode]);
  const state = useMemo(() => new Uint8Array(map.side.length).fill(2), [map]);
  const two = a.side.ledger !== b.side.ledger;
  const ledgerOf = (point: number) => {
    if (!two) return a;
    const isFirst = point < map.ofFirst;
    return (a.side.ledger === 'first') === isFirst ? a : b;
  };
  return (
    <>
      <PointMap
        label={`Map of ${formatCount(map.side.length)} embeddings, the two sides in colour`}
        axes={planeAxes(map)}
        positions={map.plane}
        colored={colored}
        state={state}
        ringed={NONE}
        selected={-1}
        cursor={-1}
        onHover={() => undefined}
        onPick={(point) => {
          if (ledgerOf(point).side.ledger === 'first') actions.select(map.index[point]);
        }}
        onBrush={() => undefined}
        tip={(point) => {
          const { name, report } = ledgerOf(point);
          return (
            <span>
              {report.streams[map.stream[point]].name}, event {formatCount(map.index[point])}
              {two && ` of ${name}`}
            </span>
          );
        }}
      />
      <ul className="map-key dim">
        {colored.key.map(({ code, name, points }) => (
          <li key={code}>
            <i className="map-swatch" style={{ background: colored.colors[code] }}>
              {code > 0 ? name : ''}
            </i>
            {name} {formatCount(points)}
          </li>
        ))}
      </ul>
      <table className="compare-table">
        <caption className="visually-hidden">Points of both sides on the map</caption>
        <thead>
          <tr>
            <th scope="col">Side</th>
            <th scope="col" className="number">
              Points
            </th>
            <th scope="col" className="number">
              Spread about its centre
            </th>
          </tr>
        </thead>
        <tbody>
          {(['a', 'b'] as const).map((id, i) => (
            <tr key={id}>
              <th scope="row">{id}</th>
              <td className="number">{formatCount(colored.key[i + 1].points)}</td>
              <td className="number">{formatNumber(map.spread[i])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="dim">
        {Number.isFinite(map.apart) && `The centres of a and b lie ${formatNumber(map.apart)} apart. `}
        Distances are in standard deviations of the reference along the {formatCount(map.k)} whitened axes; the plane
        keeps {formatPercent(map.explained[0] + map.explained[1])} of their variance.
      </p>
    </>
  );
}

/** Both sides in two colours on one map. */
export function MapSection(sides: Sides): ReactNode {
  const { a, b, shared } = sides;
  const query = useQuery({
    queryKey: ['side-map', a.report.revision, b.report.revision, a.side, b.side],
    queryFn: () => mapOfSides(a, b),
    enabled: shared,
    gcTime: 5000,
  });
  if (!shared)
    return (
      <p className="dim" data-testid="no-map">
        No common map: each ledger is on axes of its own, on which a place means something else. Measure the second one
        by the axes of the first where their vectors come from one model.
      </p>
    );
  return (
    <Answer query={query} what="mapping the embeddings">
      {(map) =>
        map.side.length === 0 ? (
          <p className="dim">No event has an embedding: there is nothing to map.</p>
        ) : (
          <MapOf map={map} {...sides} />
        )
      }
    </Answer>
  );
}
