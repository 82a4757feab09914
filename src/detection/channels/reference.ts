import type { KernelModule } from '../../kernels/module.ts';
import type { Parameters } from '../parameters.ts';
import type { ChannelReference, ReferenceEvents } from './channelReference.ts';
import { changeReference } from './changeReference.ts';

/** By the name of their field in a baseline. */
const REFERENCES = {
  style: changeReference('style'),
  meaning: changeReference('meaning'),
  behaviour: changeReference('behaviour'),
} satisfies Readonly<Record<string, ChannelReference>>;
type Field = keyof typeof REFERENCES;
/** What all channels took from one reference. */
export type ChannelReferences = { readonly [F in Field]: ReturnType<(typeof REFERENCES)[F]['derive']> };

const CHANNELS = Object.entries(REFERENCES) as unknown as readonly (readonly [Field, ChannelReference])[];
const every = (of: (channel: ChannelReference, field: Field) => unknown): ChannelReferences =>
  Object.fromEntries(CHANNELS.map(([field, channel]) => [field, of(channel, field)])) as unknown as ChannelReferences;

/** What all channels take; each is derived once for the same parameters, whose results are kept in `known`. */
export const deriveAll = (
  kernels: KernelModule,
  reference: ReferenceEvents,
  p: Parameters,
  known: Map<string, unknown>,
): ChannelReferences =>
  every((channel, field) => {
    const key = JSON.stringify([field, ...channel.parameters.map((name) => p[name])]);
    if (!known.has(key)) known.set(key, channel.derive(kernels, reference, p));
    return known.get(key);
  });

export const alignAll = (
  derived: ChannelReferences,
  known: readonly string[],
  streams: readonly string[],
): ChannelReferences => every((channel, field) => channel.align(derived[field], known, streams));

/** All of a union at once. */
export type Together<U> = (U extends infer One ? (of: One) => void : never) extends (of: infer All) => void
  ? All
  : never;
/** The channels' fields of the calibration. */
export type ChannelCalibrations = Together<ReturnType<(typeof REFERENCES)[Field]['calibrate']>>;
type ChannelCalibrationsJson = Together<ReturnType<(typeof REFERENCES)[Field]['toJson']>>;

export const calibrateAll = (derived: ChannelReferences, p: Parameters, streams: number): ChannelCalibrations =>
  Object.assign(
    {},
    ...CHANNELS.map(([field, channel]) => channel.calibrate(derived[field], p, streams)),
  ) as ChannelCalibrations;

/** The same under the names of calibration.json. */
export const channelCalibrationsToJson = (calibrated: ChannelCalibrations): ChannelCalibrationsJson =>
  Object.assign({}, ...CHANNELS.map(([, channel]) => channel.toJson(calibrated))) as ChannelCalibrationsJson;
