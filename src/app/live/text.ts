import { formatCount } from '../../core/format.ts';
import type { Decision } from '../../state/live/tally.ts';

/** Letters of a hash that are shown. */
export const SHORT = 12;

/** What was decided about the ledger, in a sentence without its end. */
export const decisionText = ({ control: { who, bundle, reason }, event }: Decision): string =>
  `${who} deployed ${bundle.slice(0, SHORT)}, in force from event ${formatCount(event)} on` +
  (reason === '' ? '' : `: ${reason}`);
