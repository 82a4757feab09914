import { formatCount } from '../core/format.ts';
import { burnOf, warmupOf } from './reference.ts';
import type { ParameterName, Parameters } from './parameterTypes.ts';

/** What an analysis made of its parameters. */
interface Made {
  readonly parameters: Parameters;
  /** What the streams were taken by, as a user would say it. */
  readonly streamsBy: string;
  /** Events of the reference period; null where a file stands in for it. */
  readonly reference: number | null;
  readonly k: number;
  readonly sync: 'time' | 'turn';
  /** Events of each stream: in the ledger, and in the reference. */
  readonly streamEvents: readonly number[];
  readonly referenceEvents: readonly number[];
}

export type ValuesInForce = Readonly<Partial<Record<ParameterName, string>>>;

const span = (values: readonly number[]): string => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
};

/**
 * Values that this ledger allows in place of those that were asked for, by parameter: in a short one most of them
 * shrink.
 */
export function valuesInForce(made: Made): ValuesInForce {
  const { parameters, streamsBy, reference, k, sync, streamEvents, referenceEvents } = made;
  const found: Partial<Record<ParameterName, string>> = {};
  const note = (name: ParameterName, asked: string, here: string): void => {
    if (asked !== here) found[name] = here;
  };
  note('stream', parameters.stream, streamsBy);
  if (reference !== null) {
    note('k', formatCount(parameters.k), formatCount(k));
    note('reference_events', formatCount(parameters.reference_events), formatCount(reference));
    if (referenceEvents.length > 0)
      note('burn', formatCount(parameters.burn), span(referenceEvents.map((count) => burnOf(parameters.burn, count))));
  }
  if (parameters.sync === 'auto') found.sync = sync;
  if (streamEvents.length > 0)
    note('warmup', formatCount(parameters.warmup), span(streamEvents.map((n) => warmupOf(parameters.warmup, n))));
  return found;
}
