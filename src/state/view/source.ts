import { parseIso } from '../../core/iso.ts';
import { MISSING_PARTITION, normalPart, type LedgerPart } from '../../core/part.ts';
import type { AddressField, Drop, ViewField } from './field.ts';

/**
 * What to open on load, and which part of it (absent: all); files dropped from disk cannot be reopened by address, so
 * their name stands here and the page asks for them.
 */
export type ViewSource =
  | ((
      | { readonly kind: 'sample'; readonly name: string }
      | { readonly kind: 'url'; readonly url: string }
      | { readonly kind: 'file'; readonly name: string }
    ) & { readonly part?: LedgerPart })
  | null;

/** Before the names of partitions. */
const WHERE = 'where.';

/**
 * `sample=NAME`, `url=ADDRESS` or `file=NAME`, with the part as `where.hour=2026-01-05T09` (one field per partition
 * value), `from=2026-01-05T09:30:00Z` and `to=…`. It says which ledger the others belong to, so it is not forgotten
 * with them.
 */
export const sourceField: ViewField<ViewSource> = {
  names: ['sample', 'url', 'file', WHERE, 'from', 'to'],
  initial: null,
  belongsTo: 'page',
  encode: (source) => (source ? [whole(source), ...encodePart(source.part)] : []),
  decode(fields, drop) {
    let source: ViewSource = null;
    const where: Record<string, (string | null)[]> = Object.create(null) as Record<string, (string | null)[]>;
    const time: { from: number | null; to: number | null } = { from: null, to: null };
    for (const [name, value] of fields) {
      if (name === 'sample' || name === 'file') source = { kind: name, name: value };
      else if (name === 'url') {
        if (isHttpUrl(value)) source = { kind: 'url', url: withoutUser(value, drop) };
        else drop(name, `"${value}" is not an http or https address`);
      } else if (name === 'from' || name === 'to') {
        const read = readTime(value);
        if (read === null) drop(name, `"${value}" is not a time such as 2026-01-05T09:30:00Z`);
        else time[name] = read;
      } else (where[name.slice(WHERE.length)] ??= []).push(value === MISSING_PARTITION ? null : value);
    }
    const part = readPart({ where, ...time }, drop);
    if (!part) return source;
    if (source) return { ...source, part };
    drop('where', 'there is no ledger that it is a part of');
    return null;
  },
};

const whole = (source: NonNullable<ViewSource>): AddressField =>
  source.kind === 'url' ? ['url', source.url] : [source.kind, source.name];

function encodePart(part: LedgerPart | undefined): readonly AddressField[] {
  if (!part) return [];
  const time = (name: 'from' | 'to'): AddressField[] => (part[name] === null ? [] : [[name, timeText(part[name])]]);
  const values = Object.entries(part.where).flatMap(([key, all]) =>
    all.map((value): AddressField => [WHERE + key, value ?? MISSING_PARTITION]),
  );
  return [...values, ...time('from'), ...time('to')];
}

function readPart(part: LedgerPart, drop: Drop): LedgerPart | undefined {
  if (part.from === null || part.to === null || part.from < part.to) return normalPart(part);
  drop('to', `it is not after "from"`);
  return normalPart({ ...part, to: null });
}

function isHttpUrl(text: string): boolean {
  const base = typeof location === 'undefined' ? undefined : location.href;
  return URL.canParse(text, base) && ['http:', 'https:'].includes(new URL(text, base).protocol);
}

/** A page cannot send a name and password in an address, and the name looks like the host: "example.org@evil.org". */
function withoutUser(text: string, drop: Drop): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  drop('url', 'its user name and password');
  url.username = '';
  url.password = '';
  return url.href;
}

/** The time as ISO 8601 where it is a whole millisecond of a year that has four digits, else as epoch milliseconds. */
function timeText(ms: number): string {
  const date = new Date(ms);
  const iso = Number.isInteger(ms) && !Number.isNaN(date.getTime()) ? date.toISOString().replace(/\.000Z$/, 'Z') : '';
  return parseIso(iso) === ms ? iso : String(ms);
}

function readTime(text: string): number | null {
  const ms = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : parseIso(text);
  return Number.isFinite(ms) ? ms : null;
}
