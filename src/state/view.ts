import type { IndexRange } from '../core/columns.ts';
import { normalPart, type LedgerPart } from '../core/part.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import type { LedgerSource } from '../ledger/types.ts';
import { normalBaseline } from './scenarios.ts';
import type { ViewState } from './types.ts';

/** The view of a page opened without an address. */
export const DEFAULT_VIEW: ViewState = Object.freeze<ViewState>({
  screen: 'monitor',
  source: null,
  mapping: null,
  axis: 'event',
  range: null,
  hiddenStreams: [],
  selected: null,
  evidence: null,
  theme: 'system',
  foldedPanels: [],
  parameters: DEFAULT_PARAMETERS,
  baseline: null,
  reference: null,
  alertFilter: { kinds: null, stream: null },
  alertSort: { by: 'fired', descending: false },
});

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
  return source.kind === 'files'
    ? withPart({ kind: 'file', name: sourceName(source) }, source.part)
    : withPart(source, source.part);
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
export function forgetLedger(view: ViewState): ViewState {
  return {
    ...view,
    mapping: null,
    range: null,
    hiddenStreams: [],
    selected: null,
    evidence: null,
    parameters: { ...view.parameters, reference_range: null },
    baseline: normalBaseline(view.baseline && { ...view.baseline, reference_range: null }),
    alertFilter: { ...view.alertFilter, stream: null },
  };
}

/**
 * Fits a view from an address to a ledger of `events` events: a range, selection or drill-down beyond its end is cut or
 * dropped.
 */
export function fitToLedger(view: ViewState, events: number): ViewState {
  const range = view.range && fitRange(view.range, events);
  const selected = view.selected !== null && view.selected < events ? view.selected : null;
  const evidence = view.evidence !== null && view.evidence.event < events ? view.evidence : null;
  return range === view.range && selected === view.selected && evidence === view.evidence
    ? view
    : { ...view, range, selected, evidence };
}

/**
 * A whole-number range inside the ledger of at least one event; null when that is the whole ledger or nothing of it.
 */
export function fitRange(range: IndexRange, events: number): IndexRange | null {
  const from = Math.max(0, Math.floor(Math.min(range.from, range.to)));
  const to = Math.min(events, Math.ceil(Math.max(range.from, range.to)));
  if (from >= to || (from === 0 && to === events)) return null;
  return from === range.from && to === range.to ? range : { from, to };
}
