import { changeLimitOf } from '../detection/channels/changeReference.ts';
import { CHANGE_CHANNELS, CHANGE_KINDS } from '../detection/channels/table.ts';
import {
  COMPARED_CHANNELS,
  resampledChannels,
  silentChannel,
  type ChannelAlarms,
  type ComparedChannel,
} from '../detection/lab/channels.ts';
import type { KernelModule } from '../kernels/module.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { openLengthOnly } from './lengthOnly.ts';
import type { Analysis, Stages } from './stages.ts';

interface Analysed {
  readonly kernels: KernelModule;
  readonly ledger: OpenedLedger;
  readonly stages: Stages;
  readonly analysis: Analysis;
}

/**
 * What every channel raises in a ledger with the limits that one false alarm in each number of events gives it, derived
 * from the reference alone.
 * @returns by budget, in the order of `COMPARED_CHANNELS`
 */
export async function comparedChannels(
  { kernels, ledger, stages, analysis: first }: Analysed,
  budgets: readonly number[],
): Promise<ChannelAlarms[][]> {
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  const { events, reference, coordinates, parameters } = first;
  const resampled = resampledChannels(kernels, { events, reference, coordinates }, parameters, budgets);
  const lengthOnly = openLengthOnly({ kernels, ledger }, first);
  const results: ChannelAlarms[][] = [];
  for (const [i, budget] of budgets.entries()) {
    const own = { ...parameters, false_alarm_budget: budget };
    const all = [
      ...lastingChange(await stages.run(own, { ...options, baseline: own })),
      ...resampled[i],
      await lengthOnly(own).then((alone) =>
        typeof alone === 'string'
          ? silentChannel('length', alone)
          : { channel: 'length' as const, ...alone, note: null },
      ),
    ];
    const place = (channel: ComparedChannel): number => COMPARED_CHANNELS.indexOf(channel);
    results.push(all.sort((a, b) => place(a.channel) - place(b.channel)));
  }
  return results;
}

const lastingChange = ({ events, changes, decisions }: Analysis): ChannelAlarms[] =>
  CHANGE_CHANNELS.map((channel, c) => {
    const note = changes[channel].remarks.join('; ') || null;
    const calibration = decisions.calibration[channel];
    if (calibration === null) return silentChannel(channel, note ?? 'it is out of action');
    return {
      channel,
      limits: events.streams.map((_, s) => changeLimitOf(calibration, s)),
      alarms: decisions.alerts.filter(({ kind }) => kind === CHANGE_KINDS[c]),
      note,
    };
  });
