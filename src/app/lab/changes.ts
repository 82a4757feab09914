import { formatCount } from '../../core/format.ts';
import { MEAN_SIZES, SCALE_SIZES, type ChangeKind } from '../../detection/lab/delay.ts';

/** The changes that can be injected, in words. */
export const CHANGES: Readonly<
  Record<
    ChangeKind,
    {
      readonly title: string;
      readonly unit: string;
      readonly help: string;
      readonly sizes: readonly number[];
      readonly none: number;
    }
  >
> = {
  mean: {
    title: 'Mean shift',
    unit: 'sd',
    help:
      'The stream’s coordinates move by so many within-stream standard deviations, in a random direction. ' +
      '0 changes nothing.',
    sizes: MEAN_SIZES,
    none: 0,
  },
  scale: {
    title: 'Scale',
    unit: '×',
    help: 'The stream’s residuals become so many times as large about their recent mean. 1 changes nothing.',
    sizes: SCALE_SIZES,
    none: 1,
  },
};

/** A delay in events of the stream. */
export const delayInEvents = (delay: number | null): string =>
  delay === null || !Number.isFinite(delay)
    ? 'not found'
    : `${formatCount(delay)} ${delay === 1 ? 'event' : 'events'} of this stream`;
