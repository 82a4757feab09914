import type { Commit, CommittedFile } from './commit.ts';

/** Files that hold the rows of events [from, to), which are all of one hour. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** As in the paths: "2026-01-05T09", UTC. */
  readonly hour: string;
  readonly files: readonly CommittedFile[];
  /** Number of the commit that its events came with; null: files of several were compacted into these. */
  readonly commit: number | null;
}

const hourOf = ({ path }: CommittedFile): string => /(?:^|\/)hour=([^/]+)\//.exec(path)?.[1] ?? '';

/**
 * Files of a live ledger in the order of their events, after all that was compacted.
 * @param begin compactions of events before it are left out, as the commits that they are of are not given
 */
export function stretchesOf(commits: readonly Commit[], begin = 0): readonly Stretch[] {
  let found: Stretch[] = [];
  for (const commit of commits) {
    const { number, add, events, compacted } = commit;
    if (compacted === null) {
      // Stored times never fall, so that the rows of an hour follow those of the one before.
      let at = events.from;
      for (const files of byHour(add)) {
        const to = files.reduce((sum, { rows }) => sum + rows, at);
        found.push({ from: at, to, hour: hourOf(files[0]), files, commit: number });
        at = to;
      }
      continue;
    }
    const { from, to } = compacted;
    if (to <= begin) continue;
    const before = found.filter((own) => own.to <= from);
    const after = found.filter((own) => own.from >= to);
    found = [...before, { from, to, hour: hourOf(add[0]), files: add, commit: null }, ...after];
  }
  return found;
}

/** Paths that commits remove. */
export const removedBy = (commits: readonly Commit[]): ReadonlySet<string> =>
  new Set(commits.flatMap(({ remove }) => remove));

function byHour(files: readonly CommittedFile[]): readonly CommittedFile[][] {
  const found = new Map<string, CommittedFile[]>();
  for (const file of files) {
    const own = found.get(hourOf(file));
    if (own) own.push(file);
    else found.set(hourOf(file), [file]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own);
}
