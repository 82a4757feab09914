import type { ReactNode } from 'react';
import { formatPercent } from '../../core/format.ts';
import type { Progress } from '../../core/progress.ts';

/** "reading rows 42 %", with the detail where there is one. */
export function progressText({ phase, fraction, detail }: Progress): string {
  const share = Number.isFinite(fraction) ? ` ${formatPercent(Math.floor(fraction * 100) / 100, 3)}` : '…';
  return `${phase}${share}${detail ? ` · ${detail}` : ''}`;
}

/** A bar that runs back and forth while the total is unknown. */
export function ProgressBar({
  progress,
  label,
}: {
  readonly progress: Progress | null;
  readonly label: string;
}): ReactNode {
  const known = progress !== null && Number.isFinite(progress.fraction);
  const percent = known ? Math.max(0, Math.min(100, progress.fraction * 100)) : undefined;
  return (
    <div
      className={known ? 'progress' : 'progress unknown'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === undefined ? undefined : Math.round(percent)}
      aria-valuetext={progress ? progressText(progress) : undefined}
    >
      <div style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}
