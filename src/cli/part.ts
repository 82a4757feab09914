import { parseIso } from '../core/iso.ts';
import { countText, MISSING_PARTITION, normalPart, partName, type LedgerPart } from '../core/part.ts';
import { EVENT_KINDS, type EventKind } from '../ledger/shapes/shape.ts';
import type { OpenReport } from '../ledger/types.ts';
import { refused } from './options.ts';

/** What a date can hold, either way from 1970. */
const LATEST_MS = 8.64e15;

/** Options of every command that opens a ledger which can be narrowed. */
export const PART_OPTIONS = {
  where: { type: 'string', multiple: true },
  from: { type: 'string' },
  to: { type: 'string' },
  events: { type: 'string' },
} as const;

/** What help says of the acts of traces. */
export const EVENTS_USAGE = `  --events KIND[,KIND]...
                  which acts of a trace are events: model, tool, agent (all; an agent where nothing below it is one)`;

/** What help says of them. */
export const PART_USAGE = `  --where KEY=VALUE[,VALUE]...
                  only these hive partitions, such as provider_id=openai; once or more for each key
  --from TIME, --to TIME
                  only events from TIME on, before TIME: ISO 8601 (UTC where no zone is given) or epoch milliseconds
${EVENTS_USAGE}`;

/** Which acts of a trace are events; undefined: all. */
export function readEvents(text: string | undefined): readonly EventKind[] | undefined {
  if (text === undefined) return undefined;
  const kinds = text.split(',').map((kind) => kind.trim());
  const isKind = (kind: string): kind is EventKind => (EVENT_KINDS as readonly string[]).includes(kind);
  if (!kinds.every(isKind)) throw refused('--events', `is "${text}"`, `Give some of ${EVENT_KINDS.join(', ')}`);
  return kinds;
}

/** The part of the ledger that the options ask for; undefined: all of it. */
export function readPart(values: {
  readonly where?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}): LedgerPart | undefined {
  const where = new Map<string, (string | null)[]>();
  for (const text of values.where ?? []) {
    const at = text.indexOf('=');
    const key = text.slice(0, Math.max(at, 0));
    if (key === '' || at === text.length - 1)
      throw refused('--where', `is "${text}"`, 'Give a partition and its values, such as provider_id=openai');
    const values = text.slice(at + 1).split(',');
    where.set(key, [...(where.get(key) ?? []), ...values.map((value) => (value === MISSING_PARTITION ? null : value))]);
  }
  const from = readTime('--from', values.from);
  const to = readTime('--to', values.to);
  if (from !== null && to !== null && from >= to) throw refused('--to', 'is not after --from', 'Give a later time');
  return normalPart({ where: Object.fromEntries(where), from, to });
}

function readTime(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : parseIso(text);
  if (!(Math.abs(ms) <= LATEST_MS))
    throw refused(name, `is "${text}"`, 'Give a time such as 2026-01-05T09:30:00Z, or epoch milliseconds');
  return ms;
}

/** "ledger: 50,000 events", and of a part "ledger [hour 2026-01-05T09]: 12,500 of 50,000 events". */
export const countLine = ({ name, part }: Pick<OpenReport, 'name' | 'part'>, events: number): string =>
  `${partName(name, part?.part)}: ${countText(events, part)}`;
