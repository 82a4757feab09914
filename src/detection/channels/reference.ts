import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { ParameterName, Parameters } from '../parameters.ts';
import { falseAlarms } from './displacement/reference.ts';

/** The events that a reference period lies in. */
export interface ReferenceEvents {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly range: IndexRange;
}

/**
 * What a channel takes from the reference period for limits of its own, once per reference. It is part of a baseline
 * and so of a bundle.
 * @typeParam R plain data
 * @typeParam C its fields of the calibration
 * @typeParam J the same as files hold them
 */
export interface ChannelReference<R = unknown, C extends object = object, J extends object = object> {
  /** Parameters of the signals stage that it depends on. */
  readonly parameters: readonly ParameterName[];
  derive(kernels: KernelModule, reference: ReferenceEvents, p: Parameters): R;
  /** The same for the streams at hand, matched by name. */
  align(derived: R, known: readonly string[], streams: readonly string[]): R;
  /** Its fields of the calibration, under these thresholds. */
  calibrate(derived: R, p: Parameters, streams: number): C;
  /** The same under the names of calibration.json; what could not be calibrated is null. */
  toJson(calibrated: C): J;
}

/** By the name of their field in a baseline. */
const REFERENCES = { falseAlarms } satisfies Readonly<Record<string, ChannelReference>>;
type Field = keyof typeof REFERENCES;
/** What all channels took from one reference. */
export type ChannelReferences = { readonly [F in Field]: ReturnType<(typeof REFERENCES)[F]['derive']> };

/** Derives what a channel takes; a parameter of the detector, so that tests can do without a simulation. */
export type Derive = (
  kernels: KernelModule,
  reference: ReferenceEvents,
  p: Parameters,
  channel: ChannelReference,
) => unknown;
export const derive: Derive = (kernels, reference, p, channel) => channel.derive(kernels, reference, p);

const CHANNELS = Object.entries(REFERENCES) as unknown as readonly (readonly [Field, ChannelReference])[];
const every = (of: (channel: ChannelReference, field: Field) => unknown): ChannelReferences =>
  Object.fromEntries(CHANNELS.map(([field, channel]) => [field, of(channel, field)])) as unknown as ChannelReferences;

/** What all channels take; each is derived once for the same parameters, whose results are kept in `known`. */
export const deriveAll = (
  kernels: KernelModule,
  reference: ReferenceEvents,
  p: Parameters,
  known: Map<string, unknown>,
  how: Derive,
): ChannelReferences =>
  every((channel, field) => {
    const key = JSON.stringify([field, ...channel.parameters.map((name) => p[name])]);
    if (!known.has(key)) known.set(key, how(kernels, reference, p, channel));
    return known.get(key);
  });

export const alignAll = (
  derived: ChannelReferences,
  known: readonly string[],
  streams: readonly string[],
): ChannelReferences => every((channel, field) => channel.align(derived[field], known, streams));

/** All of a union at once. */
type Together<U> = (U extends infer One ? (of: One) => void : never) extends (of: infer All) => void ? All : never;
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
