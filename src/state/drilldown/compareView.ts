import type { SideRequest } from '../../analysis/sideRequest.ts';
import { readRange, writeRange } from '../evidenceChoices.ts';
import type { ViewSource } from '../view/source.ts';

/** What is compared, as the address has it: the texts of the view's field `compare`. */

export type SideId = 'a' | 'b';
/** The ledger of the page, or the second one that is opened beside it. */
export type LedgerId = 'first' | 'second';

/** A stretch of a stream of a ledger. */
export interface Side extends SideRequest {
  readonly ledger: LedgerId;
}

export const ALIGNMENTS = ['start', 'reference', 'time', 'clock'] as const;
/** Where two lines begin: with the stretch, at the end of the reference, both in time, or at the hour they were. */
export type Alignment = (typeof ALIGNMENTS)[number];

/** A second ledger as the address names it; the bytes of files are not in it. */
export type SecondSource = Exclude<ViewSource, null>;

export interface CompareView {
  readonly a: Side | null;
  readonly b: Side | null;
  /** Null: there is none. */
  readonly second: SecondSource | null;
  /** On whose axes and reference the second ledger is measured. */
  readonly axes: LedgerId;
  /** What the streams of the second ledger are taken by; null: the same as in the first. */
  readonly streamKey: string | null;
  readonly align: Alignment;
}

/** `a=0-200=provider-a`, `b+=0-200=provider-b` of the second ledger. */
const writeSide = (id: SideId, { stream, range, ledger }: Side): string =>
  `${id}${ledger === 'second' ? '+' : ''}=${writeRange(range)}=${stream}`;

/** What follows the name of a choice; null where it is not there. */
function valueOf(name: string, texts: readonly string[]): string | null {
  const found = texts.find((text) => text.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

function readSide(id: SideId, texts: readonly string[]): Side | null {
  for (const [name, ledger] of [
    [id, 'first'],
    [`${id}+`, 'second'],
  ] as const) {
    const [range, ...stream] = valueOf(name, texts)?.split('=') ?? [];
    const read = range === undefined ? null : readRange(range);
    if (read && stream.length > 0) return { range: read, stream: stream.join('='), ledger };
  }
  return null;
}

function readSource(text: string | null): SecondSource | null {
  const [kind, ...rest] = text?.split('=') ?? [];
  const name = rest.join('=');
  if (name === '') return null;
  if (kind === 'url') return { kind, url: name };
  return kind === 'file' || kind === 'sample' ? { kind, name } : null;
}

const writeSource = (source: SecondSource): string =>
  source.kind === 'url' ? `url=${source.url}` : `${source.kind}=${source.name}`;

export function readCompare(texts: readonly string[]): CompareView {
  const second = readSource(valueOf('with', texts));
  const of = (side: Side | null): Side | null => (side?.ledger === 'second' && !second ? null : side);
  return {
    a: of(readSide('a', texts)),
    b: of(readSide('b', texts)),
    second,
    axes: valueOf('axes', texts) === 'own' ? 'second' : 'first',
    streamKey: valueOf('streams', texts),
    align: ALIGNMENTS.find((align) => align === valueOf('align', texts)) ?? 'start',
  };
}

export function writeCompare({ a, b, second, axes, streamKey, align }: CompareView): readonly string[] {
  return [
    ...(a ? [writeSide('a', a)] : []),
    ...(b ? [writeSide('b', b)] : []),
    ...(second ? [`with=${writeSource(second)}`] : []),
    ...(second && axes === 'second' ? ['axes=own'] : []),
    ...(second && streamKey !== null ? [`streams=${streamKey}`] : []),
    ...(align === 'start' ? [] : [`align=${align}`]),
  ];
}
