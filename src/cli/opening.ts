import type { StatedMapping } from '../core/statedMapping.ts';
import type { LedgerPart } from '../core/part.ts';
import type { EventKind } from '../ledger/shapes/shape.ts';
import { MAP_OPTIONS, readMapping } from './mapping.ts';
import type { LedgerSource } from '../ledger/types.ts';
import { FILE_OPTIONS, readFiles } from './ledgerFiles.ts';
import { PART_OPTIONS, readEvents, readPart } from './part.ts';

/** Options of every command that opens one ledger. */
export const OPENING_OPTIONS = { ...PART_OPTIONS, ...FILE_OPTIONS, ...MAP_OPTIONS } as const;

/** What of a ledger is opened, and how its columns are read. */
export interface Opening {
  readonly part: LedgerPart | undefined;
  readonly events: readonly EventKind[] | undefined;
  /** Names of the files that are taken of those given; absent: all. */
  readonly only: readonly string[] | undefined;
  readonly together: LedgerSource['together'];
  readonly stated: StatedMapping | undefined;
}

export async function readOpening(
  values: Parameters<typeof readPart>[0] &
    Parameters<typeof readMapping>[0] & { readonly events?: string } & Parameters<typeof readFiles>[0],
): Promise<Opening> {
  return {
    ...readFiles(values),
    part: readPart(values),
    events: readEvents(values.events),
    stated: await readMapping(values),
  };
}
