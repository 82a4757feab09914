import type { OperatingCharacteristics } from '../../detection/lab/arl.ts';
import { rateText } from './text.ts';

/** "3.1 per day (1.2 to 8 per day)", without the range where none is known; '' without timestamps. */
export function rateRangeText({ perDay, perDayInterval: [few, many] }: OperatingCharacteristics): string {
  if (Number.isNaN(perDay)) return '';
  if (!Number.isFinite(many)) return rateText(perDay);
  return few > 0
    ? `${rateText(perDay)} (${rateText(few)} to ${rateText(many)})`
    : `${rateText(perDay)} (up to ${rateText(many)})`;
}
