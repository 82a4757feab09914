import { normalPart, type LedgerPart } from '../core/part.ts';
import type { LedgerSource } from '../ledger/types.ts';
import type { ViewState } from './types.ts';
import { VIEW_CODEC } from './url.ts';

/** The view of a page opened without an address. */
export const DEFAULT_VIEW: ViewState = VIEW_CODEC.initial;

/**
 * A short name for a source, for messages and for the address of the page: the file, the common folder, or the number
 * of files.
 */
export function sourceName(source: LedgerSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'sample') return source.name;
  const [first, ...rest] = source.files;
  if (!first) return 'no files';
  const parts = first.path.split('/');
  if (rest.length === 0) return parts.at(-1)!;
  const folder = parts.length > 1 && rest.every((file) => file.path.startsWith(`${parts[0]}/`)) ? parts[0] : null;
  return folder ?? `${parts.at(-1)} and ${rest.length} more`;
}

/** What of a source fits into the address: everything but the bytes of files. */
export function viewSource(source: LedgerSource): NonNullable<ViewState['source']> {
  if (source.kind === 'files') return withPart({ kind: 'file', name: sourceName(source) }, source.part);
  if (source.kind === 'url') return withPart({ kind: 'url', url: source.url }, source.part);
  return withPart({ kind: 'sample', name: source.name }, source.part);
}

/** A source with another part of it; undefined: all of it. */
export function withPart<S extends LedgerSource | NonNullable<ViewState['source']>>(
  source: S,
  part: LedgerPart | undefined,
): S {
  return { ...source, part: part && normalPart(part) };
}

export function sameSource(a: ViewState['source'], b: ViewState['source']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A view without what belongs to one ledger only; looks (theme, axis, folds, sort) and the other parameters stay. */
export const forgetLedger = VIEW_CODEC.forgetLedger;

/**
 * Fits a view from an address to a ledger of `events` events: a range, selection or drill-down beyond its end is cut or
 * dropped.
 */
export const fitToLedger = VIEW_CODEC.fitToLedger;
