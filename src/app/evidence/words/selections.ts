import type { IndexRange } from '../../../core/columns.ts';
import { formatCount } from '../../../core/format.ts';
import type { TextSelection, WordsSelection } from '../../../state/drilldown/read.ts';

/** What the episode's texts are set against. */
export type Against = 'before' | 'others' | 'visible';

export interface WordsSides extends WordsSelection {
  readonly windowTitle: string;
  readonly referenceTitle: string;
}

/**
 * Events of the ledger that a comparison takes from an episode at least: the alert's own few would be too short a text.
 */
const MIN_EVENTS = 200;

interface Place {
  readonly name: string;
  readonly onset: number;
  readonly event: number;
  readonly end: number;
  readonly events: number;
  readonly visible: IndexRange;
  /** Where it is of a stretch that was chosen, with what it is compared with. */
  readonly stretch: {
    readonly range: IndexRange;
    readonly baseline: { readonly range: IndexRange; readonly title: string } | null;
  } | null;
}

const told = ({ from, to }: IndexRange): string => `events ${formatCount(from)} to ${formatCount(to - 1)}`;

/**
 * The episode from its onset on (at least 200 events of the ledger), against the stream before it, against the other
 * streams, or the visible range against all before it.
 */
export function sidesOf(against: Against, { name, onset, event, end, events, visible, stretch }: Place): WordsSides {
  const episode: IndexRange = stretch?.range ?? {
    from: onset,
    to: Math.min(events, Math.max(end, event + 1, onset + MIN_EVENTS)),
  };
  const own: TextSelection['stream'] = { name };
  switch (against) {
    case 'before':
      if (stretch?.baseline)
        return {
          window: { range: episode, stream: own },
          reference: { range: stretch.baseline.range, stream: own },
          windowTitle: `${name}, ${told(episode)}`,
          referenceTitle: `${name} ${stretch.baseline.title}`,
        };
      return {
        window: { range: episode, stream: own },
        reference: { range: { from: 0, to: onset }, stream: own },
        windowTitle: `${name}, ${told(episode)}`,
        referenceTitle: `${name} before event ${formatCount(onset)}`,
      };
    case 'others':
      return {
        window: { range: episode, stream: own },
        reference: { range: episode, stream: { name, not: true } },
        windowTitle: `${name}, ${told(episode)}`,
        referenceTitle: 'all other streams, the same events',
      };
    case 'visible':
      return {
        window: { range: visible, stream: own },
        reference: { range: { from: 0, to: visible.from }, stream: own },
        windowTitle: `${name}, ${told(visible)}`,
        referenceTitle: `${name} before event ${formatCount(visible.from)}`,
      };
  }
}

/** What the difference in length says, in words (Cliff's delta; thresholds of Romano et al. 2006). */
export function lengthVerdict(delta: number): string {
  if (!Number.isFinite(delta)) return 'Lengths cannot be compared.';
  const size = Math.abs(delta);
  const way = delta > 0 ? 'longer' : 'shorter';
  if (size < 0.147) return 'Texts are as long as before: the terms are not a matter of length.';
  if (size < 0.33) return `Texts are a little ${way}: part of the difference may be length.`;
  return (
    `Texts are ${size < 0.474 ? '' : 'much '}${way}: ` +
    'this may be a change of verbosity, and terms of long or short answers come with it.'
  );
}
