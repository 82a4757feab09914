import type { NamedBlob } from '../../ledger/types.ts';

/** Files of events that follow each other: those of a commit, or of several that were merged. */
export interface Unit {
  /** event_id of its rows: [from, to). */
  readonly from: number;
  readonly to: number;
  readonly files: readonly NamedBlob[];
  readonly merged: boolean;
}

/** Small files are merged from so many on: each is opened anew with every picture. */
export const MERGED_FROM = 48;

/** The newest units with no more than so many events, but never less than the last one. */
export function newest(units: readonly Unit[], events: number): readonly Unit[] {
  let first = units.length - 1;
  const end = units.at(-1)?.to ?? 0;
  while (first > 0 && end - units[first - 1].from <= events) first--;
  return units.slice(Math.max(0, first));
}

/** Units to merge into one, or none where they are few. */
export function mergeable(units: readonly Unit[]): readonly Unit[] {
  const small = units.filter(({ merged }) => !merged);
  return small.reduce((sum, { files }) => sum + files.length, 0) < MERGED_FROM ? [] : small;
}

/** One unit in the place of those that it was made of; those that are gone meanwhile stay gone. */
export function withMerged(units: readonly Unit[], of: readonly Unit[], files: readonly NamedBlob[]): readonly Unit[] {
  const at = units.indexOf(of[0]);
  if (at < 0 || of.length === 0) return units;
  const unit: Unit = { from: of[0].from, to: of[of.length - 1].to, files, merged: true };
  return [...units.slice(0, at), unit, ...units.slice(at + of.length)];
}

export const filesOf = (units: readonly Unit[]): readonly NamedBlob[] => units.flatMap(({ files }) => files);
