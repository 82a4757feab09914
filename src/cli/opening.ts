import type { StatedMapping } from '../core/statedMapping.ts';
import type { LedgerPart } from '../core/part.ts';
import type { EventKind } from '../ledger/shapes/shape.ts';
import { MAP_OPTIONS, readMapping } from './mapping.ts';
import { PART_OPTIONS, readEvents, readPart } from './part.ts';

/** Options of every command that opens one ledger. */
export const OPENING_OPTIONS = { ...PART_OPTIONS, ...MAP_OPTIONS } as const;

/** What of a ledger is opened, and how its columns are read. */
export interface Opening {
  readonly part: LedgerPart | undefined;
  readonly events: readonly EventKind[] | undefined;
  readonly stated: StatedMapping | undefined;
}

export async function readOpening(
  values: Parameters<typeof readPart>[0] & Parameters<typeof readMapping>[0] & { readonly events?: string },
): Promise<Opening> {
  return { part: readPart(values), events: readEvents(values.events), stated: await readMapping(values) };
}
