import type { Commit } from '../../detection/files/commit.ts';
import { stretchesOf, type Stretch } from '../../detection/files/stretches.ts';
import type { NamedBlob } from '../../ledger/types.ts';

/** Files of events that follow each other: those of a commit, or of several that were merged here or by the sink. */
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
export function newest<T extends Pick<Unit, 'from' | 'to'>>(units: readonly T[], events: number): readonly T[] {
  let first = units.length - 1;
  const end = units.at(-1)?.to ?? 0;
  while (first > 0 && end - units[first - 1].from <= events) first--;
  return units.slice(Math.max(0, first));
}

/** Units to merge into one, or none where they are few. */
export function mergeable(units: readonly Unit[]): readonly Unit[] {
  const small = units.slice(units.findLastIndex(({ merged }) => merged) + 1);
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

/** What is fetched of a ledger that was there before. */
export interface Beginning {
  /** Rows of commits that have other files by now, or are older than the window in part. */
  readonly parts: readonly Stretch[];
  /** Numbers of commits whose files are all fetched. */
  readonly whole: ReadonlySet<number>;
}

/** @param commits from the first on */
export function beginningOf(commits: readonly Commit[], events: number): Beginning {
  const stretches = newest(stretchesOf(commits), events);
  const fetched = new Map<number, number>();
  for (const { commit, files } of stretches)
    if (commit !== null) fetched.set(commit, (fetched.get(commit) ?? 0) + files.length);
  const all = commits.filter(({ number, add }) => fetched.get(number) === add.length);
  const whole = new Set(all.map(({ number }) => number));
  return { whole, parts: stretches.filter(({ commit }) => commit === null || !whole.has(commit)) };
}
