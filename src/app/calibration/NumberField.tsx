import { useState, type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import { readWhole } from './text.ts';

/**
 * A field for a whole number: what is typed counts once it is one, and is put back when it is left as something else.
 */
export function NumberField({
  label,
  value,
  least,
  most,
  width,
  disabled,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most?: number;
  readonly width: number;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
}): ReactNode {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && readWhole(typed, least, most) === null;
  const range =
    most === undefined
      ? `a whole number from ${formatCount(least)}`
      : `a whole number from ${formatCount(least)} to ${formatCount(most)}`;
  return (
    <label className="calibration-field">
      <span>{label}</span>
      <input
        type="text"
        inputMode="numeric"
        className="number-box"
        style={{ width }}
        value={typed ?? String(value)}
        disabled={disabled}
        aria-invalid={wrong}
        title={wrong ? `Needs ${range}` : range}
        autoComplete="off"
        onChange={(event) => {
          setTyped(event.target.value);
          const read = readWhole(event.target.value, least, most);
          if (read !== null) onChange(read);
        }}
        onBlur={() => setTyped(null)}
      />
      {wrong && (
        <span className="field-problem" role="alert">
          Needs {range}
        </span>
      )}
    </label>
  );
}
