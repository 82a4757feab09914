import { useMemo, type ReactNode } from 'react';
import { useChartTheme } from '../../charts/theme.ts';
import { formatCount, formatPercent } from '../../core/format.ts';
import { useEmbeddingMap } from '../../state/drilldown/map.ts';
import { actions } from '../../state/store.ts';
import type { EmbeddingMap } from '../../workers/drilldown.ts';
import type { Colored } from '../evidence/map/colors.ts';
import { planeAxes } from '../evidence/map/planeAxes.ts';
import { PointMap } from '../evidence/map/PointMap.tsx';
import '../evidence/map/map.css';
import { Answer } from '../evidence/parts.tsx';
import { sideColor, type Sides } from './sides.ts';

function MapOf({ map, a, b }: Sides & { readonly map: EmbeddingMap }): ReactNode {
  const { mode } = useChartTheme();
  const colored = useMemo((): Colored => {
    const sides = [a, b].map(({ side, report }) => ({
      stream: report.streams.findIndex(({ name }) => name === side.stream),
      ...side.range,
    }));
    const codes = Uint8Array.from(map.index, (index, i) => {
      const at = sides.findIndex(({ stream, from, to }) => map.stream[i] === stream && index >= from && index < to);
      return at + 1;
    });
    const points = [0, 0, 0];
    for (const code of codes) points[code] += 1;
    return {
      codes,
      colors: [mode === 'dark' ? '#3b4048' : '#d5d8dc', sideColor('a', mode), sideColor('b', mode)],
      scale: null,
      key: ['all else', 'a', 'b'].map((name, code) => ({ code, name, points: points[code] })),
    };
  }, [map, a, b, mode]);
  const state = useMemo(() => new Uint8Array(map.index.length).fill(2), [map]);
  const kept = formatPercent(map.explained[0] + map.explained[1]);
  return (
    <>
      <PointMap
        label={`Map of ${formatCount(map.index.length)} embeddings, the two sides in colour`}
        axes={planeAxes(map)}
        positions={map.plane}
        colored={colored}
        state={state}
        ringed={NONE}
        selected={-1}
        cursor={-1}
        onHover={() => undefined}
        onPick={(point) => actions.select(map.index[point])}
        onBrush={() => undefined}
        tip={(point) => <span>event {formatCount(map.index[point])}</span>}
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
      <p className="dim">
        The plane keeps {kept} of the variance of the {formatCount(map.k)} whitened axes.
      </p>
    </>
  );
}

const NONE: readonly number[] = [];

/** Both sides in two colours on the map of the ledger. */
export function MapSection(sides: Sides): ReactNode {
  const query = useEmbeddingMap();
  return (
    <Answer query={query} what="mapping the embeddings">
      {(map) =>
        map.index.length === 0 ? (
          <p className="dim">No event has an embedding: there is nothing to map.</p>
        ) : (
          <MapOf map={map} {...sides} />
        )
      }
    </Answer>
  );
}
