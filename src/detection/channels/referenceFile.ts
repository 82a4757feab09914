import type { ObjectEntries } from 'valibot';
import type { FileSchema, RefuseUnless } from '../files/schema.ts';

/**
 * How files hold what a channel takes from the reference. It stands apart from `ChannelReference`, so that workers that
 * read no file carry no schema.
 * @typeParam R what `derive` gives
 */
export interface ReferenceFile<R = unknown> {
  /** Its field of a baseline. */
  readonly schema: FileSchema<R>;
  /** What that field holds, in plain objects and lists. */
  toFile(derived: R): unknown;
  /** What is right for so many streams only; paths are below its field. */
  check(derived: R, streams: number, refuseUnless: RefuseUnless): void;
  /** Its fields of a baseline's calibration; a list has a number for each stream. */
  readonly calibration: ObjectEntries;
  /** The same as calibration.json has them. */
  readonly results: ObjectEntries;
}
