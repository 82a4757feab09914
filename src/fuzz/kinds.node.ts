import { arrowKinds } from './arrow.ts';
import { csvKind } from './csv.ts';
import { Dice } from './dice.ts';
import { folderKind } from './folders.ts';
import type { FuzzCase, Kind } from './model.ts';
import { ndjsonKind } from './ndjson.ts';
import { parquetKind } from './parquet.ts';
import { settingsKinds } from './settings.node.ts';

export const KINDS: readonly Kind[] = [parquetKind, ...arrowKinds, csvKind, ndjsonKind, folderKind, ...settingsKinds];

/** Case `number` of a seed, whatever cases are run beside it. @param kind only of this kind */
export async function makeCase(seed: number, number: number, kind?: string): Promise<FuzzCase> {
  const dice = new Dice(seed, number);
  const kinds = kind === undefined ? KINDS : KINDS.filter(({ name }) => name === kind);
  return dice.weighted(kinds).make(dice);
}
