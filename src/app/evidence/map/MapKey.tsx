import type { ReactNode } from 'react';
import { formatCount } from '../../../core/format.ts';
import type { Colored } from './colors.ts';

interface MapKeyProps {
  readonly colored: Colored;
  /** The colour that stays picked out. */
  readonly held: number | null;
  readonly onHold: (code: number | null) => void;
  /** The colour that is pointed at. */
  readonly onPeek: (code: number | null) => void;
}

/** What colours stand for and how many points have each; one that is pointed at is shown alone, a click keeps it so. */
export function MapKey({ colored: { key, colors, scale }, held, onHold, onPeek }: MapKeyProps): ReactNode {
  return (
    <>
      {scale && scale.labels.length > 0 && (
        <div className="map-ramp dim">
          <i className="map-scale" style={{ background: `linear-gradient(90deg, ${scale.colors.join(', ')})` }} />
          <span className="map-ramp-labels">
            {scale.labels.map((label, i) => (
              <span key={i}>{label}</span>
            ))}
          </span>
        </div>
      )}
      {key.length > 0 && (
        <ul className="map-key" aria-label="Colours: point at one to see its points alone">
          {key.map(({ code, name, points, letter }) => (
            <li key={code}>
              <button
                type="button"
                aria-pressed={held === code}
                title={`${name}: ${formatCount(points)} points. Point at it to see them alone; a click keeps it so.`}
                onPointerEnter={() => onPeek(code)}
                onPointerLeave={() => onPeek(null)}
                onFocus={() => onPeek(code)}
                onBlur={() => onPeek(null)}
                onClick={() => onHold(held === code ? null : code)}
              >
                <i className="map-swatch" style={{ background: colors[code] }}>
                  {letter ?? ''}
                </i>
                <span className="map-key-name">{name}</span> {formatCount(points)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
