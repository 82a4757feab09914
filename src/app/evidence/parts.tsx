import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import type { EventIndex } from '../../core/units.ts';
import { actions, useTautline } from '../../state/store.ts';

/**
 * What a query has to show: an answer (dimmed while a newer one is computed), an error with a way to try again, or that
 * it is being worked on.
 */
export function Answer<T>({
  query,
  what,
  children,
}: {
  readonly query: UseQueryResult<T>;
  /** Names the work: "attributing the friction". */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { data, error, isPlaceholderData, isFetching, refetch } = query;
  if (error) {
    return (
      <div className="evidence-message" role="alert">
        <p className="field-problem">{explain(toTautlineError(error, what))}</p>
        <button type="button" className="button small" onClick={() => void refetch()}>
          Try again
        </button>
      </div>
    );
  }
  if (data === undefined)
    return isFetching ? (
      <p className="evidence-message dim" role="status">
        {what[0].toUpperCase() + what.slice(1)}…
      </p>
    ) : null;
  return (
    <div className={isPlaceholderData ? 'evidence-answer stale' : 'evidence-answer'} aria-busy={isPlaceholderData}>
      {children(data)}
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }): ReactNode {
  return <p className="evidence-message dim">{children}</p>;
}

export function Notes({ notes }: { readonly notes: readonly string[] }): ReactNode {
  if (notes.length === 0) return null;
  return (
    <ul className="evidence-notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

/** The number of an event; a click selects it, pointing at it puts the shared cursor there. */
export function EventLink({
  index,
  children,
  className,
}: {
  readonly index: EventIndex;
  readonly children?: ReactNode;
  readonly className?: string;
}): ReactNode {
  const selected = useTautline((state) => state.view.selected === index);
  return (
    <button
      type="button"
      className={`event-link ${className ?? ''}`}
      aria-current={selected ? 'true' : undefined}
      title={`Open event ${formatCount(index)}`}
      onClick={() => actions.select(index)}
      onPointerEnter={() => actions.setCursor(index)}
      onPointerLeave={() => actions.setCursor(null)}
    >
      {children ?? formatCount(index)}
    </button>
  );
}

/** A choice of a few. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}): ReactNode {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map(([id, title]) => (
        <button key={id} type="button" aria-pressed={id === value} onClick={() => onChange(id)}>
          {title}
        </button>
      ))}
    </div>
  );
}
