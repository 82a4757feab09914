import { counted, formatCount } from '../core/format.ts';
import type { FoundLedger } from '../core/several.ts';
import type { RowFiles } from './duplicates.ts';
import { partitionRoot } from './hive.ts';
import type { LookedThrough } from './lookThrough.ts';
import type { RowSelection } from './rowSelection.ts';
import type { Scan } from './scan.ts';
import { foundLedger, severalFailure, unitsOf } from './several.ts';

type Ledger = Pick<LookedThrough, 'files' | 'columnKinds' | 'mapping' | 'resolved' | 'together'>;

/** How the files of a ledger belong together. */
export function rowFiles(
  { files, columnKinds: kinds, together }: Ledger,
  of: RowFiles['of'],
  nameRow: RowFiles['nameRow'],
): RowFiles {
  const paths = files.map(({ reader }) => reader.path);
  return { of, nameRow, kinds, units: unitsOf(paths), roots: paths.map(partitionRoot), together };
}

/** Refuses files whose rows say that they are several ledgers: by their ids, or by the length of their vectors. */
export function refuseSeveral(
  ledger: Ledger,
  scan: Scan,
  { several }: RowSelection,
  of: RowFiles['of'],
  nameRow: RowFiles['nameRow'],
): void {
  const { files, resolved } = ledger;
  if (files.length === 1) return;
  const lengths = lengthsOf(ledger, scan);
  if (lengths) {
    const groups = grouped(lengths.map(String));
    const named = [...groups].map(([length, [file]]) => `${length} values in ${files[file].reader.path}`);
    const ledgers = [...groups].map(([length, group]) => ledgerOfFiles(ledger, scan, group, Number(length)));
    const apart = `embedding has ${named.join(', ')}`;
    throw severalFailure(resolved.name, { ledgers, why: apart, apart });
  }
  if (!several) return;
  const [row, other] = several;
  const paths = files.map(({ reader }) => reader.path);
  const units = unitsOf(paths);
  // Where ids repeat within a folder, its files are not one ledger either.
  const byUnit = units[of(row)] === units[of(other)] ? paths : units;
  const id = scan.textIds?.at(row) ?? String(scan.eventId[row]);
  throw severalFailure(resolved.name, {
    ledgers: [...grouped(byUnit).values()].map((group) => ledgerOfFiles(ledger, scan, group, 0)),
    why: `their events have the same ids (event ${id} is ${nameRow(other)} and ${nameRow(row)})`,
    apart: null,
  });
}

/** Beyond so many, ledgers are counted only. */
const NAMED = 20;

/** Says how many events of each ledger there are. */
export function rowsOfEach(ledger: Ledger, scan: Scan, { rowOf }: RowSelection): string {
  const groups = [...grouped(unitsOf(ledger.files.map(({ reader }) => reader.path)))];
  const said = groups.slice(0, NAMED).map(([name, files]) => {
    let [events, rows] = [0, 0];
    for (const file of files)
      for (let row = ledger.files[file].base; row < endOf(ledger, file, scan); row++) {
        rows++;
        if (rowOf[row] >= 0) events++;
      }
    return `${name} ${events === rows ? '' : `${formatCount(events)} of `}${counted(rows, 'row')}`;
  });
  if (groups.length > NAMED) said.push(`${formatCount(groups.length - NAMED)} more`);
  return `Opened together, told apart by the column "file": ${said.join(', ')}.`;
}

/** Positions by what they have in common. */
function grouped(keys: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  keys.forEach((key, i) => groups.set(key, [...(groups.get(key) ?? []), i]));
  return groups;
}

const endOf = ({ files }: Pick<Ledger, 'files'>, file: number, scan: Scan): number =>
  files[file + 1]?.base ?? scan.rows;

function ledgerOfFiles(ledger: Ledger, scan: Scan, group: readonly number[], dimension: number): FoundLedger {
  const { files, mapping } = ledger;
  const facts = { rows: 0, first: Infinity, last: -Infinity };
  for (const file of group) {
    for (let row = files[file].base; row < endOf(ledger, file, scan); row++) {
      facts.rows++;
      if (scan.time[row] < facts.first) facts.first = scan.time[row];
      if (scan.time[row] > facts.last) facts.last = scan.time[row];
    }
  }
  const own = group.map((file) => files[file]);
  const paths = files.map(({ reader }) => reader.path);
  return foundLedger(own, mapping, paths, facts, dimension);
}

/**
 * Values to a vector of each file, where two of them have vectors of one length each, and not of the same. Files
 * without such vectors count to the first. A single vector may be a fault; partitions are one ledger by their paths.
 */
function lengthsOf({ files }: Ledger, scan: Scan): readonly number[] | null {
  const lengths = files.map(({ base }, file) => {
    let [length, vectors] = [0, 0];
    for (let row = base; row < endOf({ files }, file, scan); row++) {
      const found = scan.vectorLength[row];
      if (found <= 0) continue;
      if (length > 0 && found !== length) return 0;
      length = found;
      vectors++;
    }
    return vectors > 1 ? length : 0;
  });
  const first = lengths.find((length) => length > 0);
  if (first === undefined || lengths.every((length) => length === 0 || length === first)) return null;
  const roots = files.map(({ reader }) => partitionRoot(reader.path));
  const isOther = (file: number): boolean => lengths[file] > 0 && lengths[file] !== first;
  const start = lengths.indexOf(first);
  if (files.every((_, file) => !isOther(file) || (roots[file] !== null && roots[file] === roots[start]))) return null;
  return lengths.map((length) => length || first);
}
