import { STYLE_FEATURES } from '../detection/change/style.ts';
import { meanOf, type MeanOf } from '../detection/drilldown/compare/profile.ts';
import { SIGNAL_NAMES, type SignalName } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import { styleReader, type ChangeLedger } from './changes.ts';
import { chosenEvents } from './chosenEvents.ts';
import { ownEvents, type SideRequest } from './sideRequest.ts';
import type { Analysis } from './stages.ts';

export interface SideProfile {
  readonly own: number;
  /** Of how its messages are written, in the order of STYLE_FEATURES; null where there are no texts. */
  readonly style: readonly MeanOf[] | null;
  /** Messages that were read for it. */
  readonly messages: number;
  readonly signals: Readonly<Record<SignalName, MeanOf>>;
}

/** Messages whose writing is read, at most: the last ones. */
const MAX_MESSAGES = 2000;

/** @throws TautlineFailure of kind ledger where no such stream is tracked */
export async function profileOf(
  kernels: KernelModule,
  ledger: ChangeLedger,
  { events, signals }: Pick<Analysis, 'events' | 'signals'>,
  { stream, range }: SideRequest,
  signal: AbortSignal,
): Promise<SideProfile> {
  const own = ownEvents(events, stream, range);
  const read = own.slice(-MAX_MESSAGES);
  const chosen = chosenEvents(events, read);
  const reader = read.length > 0 ? styleReader(kernels, ledger, chosen) : null;
  let style: MeanOf[] | null = null;
  let messages = 0;
  if (reader) {
    const features = new Float32Array(read.length * reader.axes);
    const counted = new Uint8Array(read.length);
    await reader.fill({ from: 0, features, counted }, { signal, onProgress: () => undefined });
    const rows = [...counted.keys()].filter((i) => counted[i] === 1);
    messages = rows.length;
    style = STYLE_FEATURES.map((_, axis) => meanOf(rows.map((i) => features[i * reader.axes + axis])));
  }
  return {
    own: own.length,
    style,
    messages,
    signals: Object.fromEntries(SIGNAL_NAMES.map((name) => [name, meanOf(own.map((i) => signals[name][i]))])) as Record<
      SignalName,
      MeanOf
    >,
  };
}
