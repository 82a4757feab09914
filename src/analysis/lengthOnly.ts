import { changeLimit, FEWEST_MESSAGES } from '../detection/change/types.ts';
import { levelEpisodes, type Alarm } from '../detection/lab/levelEpisodes.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { KernelModule } from '../kernels/module.ts';
import { judgeChange, styleReader, type ChangeLedger } from './changes.ts';
import { Stretches } from './stretches.ts';
import type { Analysis } from './stages.ts';

interface LengthOnly {
  /** By stream; NaN: it is silent there. */
  readonly limits: readonly number[];
  readonly alarms: readonly Alarm[];
}

interface Opened {
  readonly kernels: KernelModule;
  readonly ledger: ChangeLedger;
}

/** Length is the first feature of style. */
const LENGTH_AXES = 1;
const options = { signal: new AbortController().signal, onProgress: () => undefined };

/**
 * Style change on the one feature `length`: what separates two models is largely verbosity, so a detector that does not
 * beat it has shown nothing.
 * @returns for any parameters of the same ledger, whose texts are read once; why it has no say, where it has none
 */
export function openLengthOnly(
  { kernels, ledger }: Opened,
  { events, reference: range }: Pick<Analysis, 'events' | 'reference'>,
): (parameters: Parameters) => Promise<LengthOnly | string> {
  const reader = styleReader(kernels, ledger, events, LENGTH_AXES);
  const stretches = reader && new Stretches(reader, events.n);
  return async (parameters) => {
    if (!stretches) return 'the ledger has no text';
    const request = { ...options, events, range, parameters };
    const { reference, statistic, remarks, onset } = await judgeChange(kernels, 'style', stretches, request, null);
    if (!reference || !statistic) return remarks.join('; ');
    const limit = changeLimit(reference.wander, parameters.false_alarm_budget);
    const limits = reference.streams.map(({ messages }) => (messages >= FEWEST_MESSAGES ? limit : Number.NaN));
    return { limits, alarms: levelEpisodes('length', events, statistic, (s) => limits[s], { from: range.to, onset }) };
  };
}

/** What it raises under the parameters of an analysis; null where it has no say. */
export async function lengthOnly(opened: Opened, analysis: Analysis): Promise<readonly Alarm[] | null> {
  const judged = await openLengthOnly(opened, analysis)(analysis.parameters);
  return typeof judged === 'string' ? null : judged.alarms;
}
