import type { InferInput } from 'valibot';
import type { Path, RefuseUnless } from '../files/schema.ts';
import { changeReferenceFile } from './changeReferenceFile.ts';
import type { ChannelReferences, Together } from './reference.ts';
import type { ReferenceFile } from './referenceFile.ts';

/** By the name of their field in a baseline, as `REFERENCES` has them. */
const REFERENCE_FILES = {
  style: changeReferenceFile('style'),
  meaning: changeReferenceFile('meaning'),
  behaviour: changeReferenceFile('behaviour'),
} satisfies {
  readonly [F in keyof ChannelReferences]: ReferenceFile<ChannelReferences[F]>;
};
type Files = typeof REFERENCE_FILES;
type Field = keyof Files;

const FILES = Object.entries(REFERENCE_FILES) as unknown as readonly (readonly [Field, ReferenceFile])[];
const every = (of: (file: ReferenceFile, field: Field) => unknown): unknown =>
  Object.fromEntries(FILES.map(([field, file]) => [field, of(file, field)]));

/** The channels' fields of a baseline. */
export const REFERENCE_ENTRIES = every((file) => file.schema) as { readonly [F in Field]: Files[F]['schema'] };

/** The channels' fields of a baseline's calibration. */
export const CALIBRATION_ENTRIES = Object.assign({}, ...FILES.map(([, file]) => file.calibration)) as Together<
  Files[Field]['calibration']
>;

/** The channels' fields of calibration.json. */
export const RESULT_ENTRIES = Object.assign({}, ...FILES.map(([, file]) => file.results)) as Together<
  Files[Field]['results']
>;

/** What all channels took, among other fields of a file that has been read. */
export const referencesOf = (file: ChannelReferences): ChannelReferences =>
  every((_, field) => file[field]) as ChannelReferences;

export const referencesToFile = (derived: ChannelReferences) =>
  every((file, field) => file.toFile(derived[field])) as { readonly [F in Field]: InferInput<Files[F]['schema']> };

/** Checks what depends on the number of streams. */
export function checkReferences(
  { calibration, ...derived }: ChannelReferences & { readonly calibration: Readonly<Record<string, unknown>> },
  streams: number,
  refuseUnless: RefuseUnless,
): void {
  for (const name of Object.keys(CALIBRATION_ENTRIES)) {
    const value = calibration[name];
    if (Array.isArray(value))
      refuseUnless(value.length === streams, ['calibration', name], `a list of ${streams} numbers`);
  }
  for (const [field, file] of FILES)
    file.check(derived[field], streams, (holds: boolean, path: Path, needed: string) =>
      refuseUnless(holds, [field, ...path], needed),
    );
}
