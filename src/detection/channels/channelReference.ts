import type { Coordinates, EventColumns, IndexRange } from '../../core/columns.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { Changes } from '../changes.ts';
import type { ParameterName, Parameters } from '../parameters.ts';

/** The events that a reference period lies in, and what was computed of them apart. */
export interface ReferenceEvents {
  readonly events: EventColumns;
  readonly coordinates: Coordinates;
  readonly range: IndexRange;
  readonly changes: Changes;
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
