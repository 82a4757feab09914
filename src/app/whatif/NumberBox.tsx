import { useState, type KeyboardEvent, type ReactNode } from 'react';

/** A box for a number that is taken over on Enter or when it is left; Escape restores, arrows step. */
export function NumberBox({
  value,
  label,
  describedBy,
  invalid,
  commit,
  step,
}: {
  readonly value: number | null;
  readonly label: string;
  readonly describedBy?: string;
  readonly invalid: boolean;
  /** Gets NaN for text that is no number. False keeps the text for correction. */
  readonly commit: (value: number) => boolean;
  readonly step?: (steps: number) => void;
}): ReactNode {
  const [typing, setTyping] = useState<{ readonly text: string; readonly over: number | null } | null>(null);
  // A value that changed elsewhere (slider, reset, URL) replaces what was being typed over the old one.
  const draft = typing?.over === value ? typing.text : null;

  const take = (): void => {
    if (draft === null) return;
    const typed = draft.trim().replace('−', '-').replaceAll(',', '');
    if (commit(typed === '' ? NaN : Number(typed))) setTyping(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') take();
    else if (event.key === 'Escape' && draft !== null) {
      event.stopPropagation();
      setTyping(null);
      if (value !== null) commit(value);
    } else if (step && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      step((event.key === 'ArrowUp' ? 1 : -1) * (event.shiftKey ? 10 : 1));
    }
  };
  return (
    <input
      type="text"
      inputMode="decimal"
      className="number-box"
      value={draft ?? (value === null ? '' : String(value))}
      placeholder="–"
      aria-label={label}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={(event) => setTyping({ text: event.target.value, over: value })}
      onBlur={take}
      onKeyDown={onKeyDown}
      onFocus={(event) => event.target.select()}
    />
  );
}
