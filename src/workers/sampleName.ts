/**
 * The name of a sample with its seed, as sources and addresses have it: "fracture" with the default seed, "fracture@17"
 * with another.
 */
export const sampleName = (name: string, seed: number, defaultSeed: number): string =>
  seed === defaultSeed ? name : `${name}@${seed}`;

/** A name without a whole seed after an @ is taken as it stands. */
export function parseSampleName(text: string): { readonly name: string; readonly seed: number | undefined } {
  const [, name, digits] = /^(.+)@(\d+)$/.exec(text) ?? [];
  const seed = Number(digits);
  return name !== undefined && Number.isSafeInteger(seed) ? { name, seed } : { name: text, seed: undefined };
}
