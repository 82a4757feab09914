import Papa from 'papaparse';
import * as v from 'valibot';
import type { DictionaryColumn, EventColumns } from '../../core/columns.ts';
import { TautlineFailure } from '../../core/errors.ts';
import { isIsoText, parseIso } from '../../core/iso.ts';
import { shown } from '../../core/printable.ts';
import type { EventIndex } from '../../core/units.ts';
import { labelSchema, NOT_A_TIME, windowsSchema } from '../files/labels.ts';
import { lowerBound, ownEvents, upperBound, type Interval } from './intervals.ts';

/**
 * A label on a single event says when a fault was seen, not how long it lasts: it stands for as many events of its
 * stream, from that event on.
 */
export const POINT_WIDTH = 10;

/** Labels of what detectors have to absorb; so has one that begins with `ok:`. */
const ABSORBED = ['transient', 'backoff'];

/** Says of an interval, by its label, whether it is to be absorbed. */
function expecting(interval: Interval): Interval {
  const name = interval.label.trim().toLowerCase();
  return ABSORBED.includes(name) || name.startsWith('ok:') ? { ...interval, expect: 'none' } : interval;
}

type LabelledEvents = Pick<EventColumns, 'n' | 'stream' | 'row' | 'streams'>;

/**
 * The labelled stretches of a ledger (its `label` column): for each stream, runs of its own events with the same label,
 * in order of their start.
 * @param pointWidth a run of one event stands for as many own events, up to the stream's next label; 1 leaves it as it
 * is
 */
export function labelledIntervals(label: DictionaryColumn | null, events: LabelledEvents, pointWidth = 1): Interval[] {
  if (!label) return [];
  const intervals = ownEvents(events).flatMap((own, s) => {
    const codes = own.map((event) => label.codes[events.row[event]]);
    const runs: Interval[] = [];
    for (let i = 0; i < own.length;) {
      let end = i + 1;
      while (end < own.length && codes[end] === codes[i]) end++;
      if (codes[i] >= 0) {
        let last = end - 1;
        if (last === i) while (last + 1 < own.length && last + 1 - i < pointWidth && codes[last + 1] < 0) last++;
        const [from, to] = [own[i], own[last] + 1];
        runs.push(expecting({ stream: events.streams[s], from, to, label: label.values[codes[i]] }));
      }
      i = end;
    }
    return runs;
  });
  return intervals.sort((a, b) => a.from - b.from);
}

export interface LabelFile {
  readonly format: 'NAB' | 'JSON' | 'CSV';
  readonly intervals: readonly Interval[];
  /** What was read and is not among the intervals, and why. */
  readonly leftOut: readonly string[];
}

export interface LabelFileOptions {
  /** Name of the ledger, for NAB files that hold labels of many. */
  readonly ledger: string;
  /** Default `POINT_WIDTH`. */
  readonly pointWidth?: number;
}

/** The columns of events that label files are resolved against. */
export type LabelEvents = Pick<EventColumns, 'n' | 'streams' | 'stream' | 'eventId' | 'time' | 'hasTime'>;

/** One stretch as a file states it; `to` absent is a point. Both ends belong to it. */
interface Entry {
  /** For messages: "entry 3", "row 2". */
  readonly where: string;
  readonly stream: string | null;
  readonly from: unknown;
  readonly to: unknown;
  readonly label: string;
  /** Null: the label says it. */
  readonly expect: 'alert' | 'none' | null;
  readonly note: string | null;
}

const FIELDS = Object.keys(labelSchema.entries);
const WRITE =
  'Write a list of {"stream", "from", "to", "label", "expect", "note"}, the same as CSV, ' +
  'or NAB windows {"name": [["2014-04-10 07:15:00", "2014-04-11 16:45:00"]]}';

/**
 * Reads labelled stretches from a file. Three formats, told apart by their content:
 * - NAB (Lavin & Ahmad 2015): an object of names with lists of windows [start, end] or of points, as times. A name that
 * is a stream (with or without
 *   folders and extension) labels that stream; one that is the ledger, or the only one, labels all streams; others are
 * left out.
 * - JSON: a list of {from, to?, stream?, label?, expect?}.
 * - CSV with the columns from, to, stream, label, expect.
 * `expect` is `none` of a stretch that is to be absorbed, `alert` of one that is to be found; where it is absent the
 * label says it, as in a column.
 * `from` and `to` are event ids (whole numbers) or times (ISO 8601, UTC where no zone is given); both ends belong to
 * the stretch. One without `to` is a point, which stands for `pointWidth` events of its stream (of the ledger where it
 * has none), as in `labelledIntervals`.
 * @throws TautlineFailure of kind file that names the entry
 */
export function readLabels(
  text: string,
  file: string,
  events: LabelEvents,
  { ledger, pointWidth = POINT_WIDTH }: LabelFileOptions,
): LabelFile {
  const body = text.replace(/^\uFEFF/, '');
  const isJson = /^\s*[[{]/.test(body);
  const leftOut: string[] = [];
  let format: LabelFile['format'] = 'CSV';
  let entries: Entry[];
  if (isJson) {
    const raw = parseJson(body, file);
    format = Array.isArray(raw) ? 'JSON' : 'NAB';
    entries = Array.isArray(raw)
      ? raw.map((entry, i) => entryOf(entry, `entry ${i + 1}`, file))
      : nabEntries(raw as Record<string, unknown>, file, events, ledger, leftOut);
  } else entries = csvEntries(body, file);

  const resolver = createResolver(file, events, pointWidth);
  const intervals: Interval[] = [];
  for (const entry of entries) {
    const placed = resolver(entry);
    if (placed) {
      const interval = entry.note ? { ...placed, note: entry.note } : placed;
      const { expect } = entry;
      intervals.push(expect === null ? expecting(interval) : expect === 'none' ? { ...interval, expect } : interval);
    } else leftOut.push(`${entry.where}: there is no event in it`);
  }
  return { format, intervals: intervals.sort((a, b) => a.from - b.from), leftOut };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw refused(file, `it is not JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`, WRITE);
  }
}

function entryOf(raw: unknown, where: string, file: string): Entry {
  const parsed = v.safeParse(labelSchema, raw, { abortEarly: true });
  if (parsed.success) {
    const { stream, from, to, label, expect, note } = parsed.output;
    return {
      where,
      stream: stream || null,
      from,
      to: to ?? null,
      label: label || 'anomaly',
      expect: expect || null,
      note: note || null,
    };
  }
  const [{ path, message }] = parsed.issues;
  const field = path?.[0].key as string | undefined;
  if (field === 'from') throw refused(file, `${where} has no "from"`, WRITE);
  if (field === undefined) throw refused(file, `${where} ${message}`, WRITE);
  const advice = FIELDS.includes(field) ? WRITE : `Fields are ${FIELDS.join(', ')}`;
  throw refused(file, `${where}: "${field}" ${message}`, advice);
}

function csvEntries(text: string, file: string): Entry[] {
  const { data, errors, meta } = Papa.parse<Record<string, string>>(text, {
    header: true,
    skipEmptyLines: true,
    transformHeader: (name) => name.trim(),
  });
  const broken = errors.find((error) => error.type !== 'Delimiter');
  if (broken) throw refused(file, `row ${(broken.row ?? 0) + 1}: ${broken.message}`, WRITE);
  if (!meta.fields?.includes('from'))
    throw refused(file, `it has no column "from" but ${meta.fields?.map((f) => `"${f}"`).join(', ') || 'none'}`, WRITE);
  const other = meta.fields.find((field) => !FIELDS.includes(field));
  if (other !== undefined)
    throw refused(file, `the column "${other}" is not a field`, `Fields are ${FIELDS.join(', ')}`);
  return data.map((row, i) =>
    entryOf(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.trim()])), `row ${i + 1}`, file),
  );
}

function nabEntries(
  raw: Record<string, unknown>,
  file: string,
  events: LabelEvents,
  ledger: string,
  leftOut: string[],
): Entry[] {
  const names = Object.keys(raw);
  const bare = (path: string) => path.slice(path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
  const streamOf = (name: string) => events.streams.find((s) => s === name || s === bare(name)) ?? null;
  const isLedger = (name: string) => bare(name) === bare(ledger);
  if (names.length > 1 && !names.some((name) => streamOf(name) !== null || isLedger(name))) {
    throw refused(
      file,
      `it labels ${listed(names)}, none of which is this ledger ("${bare(ledger)}") ` +
        `or one of its streams (${listed(events.streams)})`,
      'Rename an entry, or leave only one',
    );
  }
  return names.flatMap((name): Entry[] => {
    const windows = raw[name];
    const stream = streamOf(name);
    if (stream === null && !isLedger(name) && names.length > 1) {
      if (!Array.isArray(windows) || windows.length > 0)
        leftOut.push(`"${name}": it is neither this ledger nor one of its streams`);
      return [];
    }
    const parsed = v.safeParse(windowsSchema, windows);
    if (!parsed.success) throw refusedWindow(file, name, parsed.issues[0]);
    return parsed.output.map((window, i) => {
      const [from, to] = typeof window === 'string' ? [window, null] : window;
      return { where: `"${name}", window ${i + 1}`, stream, from, to, label: 'anomaly', expect: null, note: null };
    });
  });
}

function refusedWindow(file: string, name: string, issue: v.BaseIssue<unknown>): TautlineFailure {
  const window = issue.path?.[0].key as number | undefined;
  const where = window === undefined ? `"${name}"` : `"${name}", window ${window + 1}`;
  return issue.message === NOT_A_TIME
    ? refused(file, `${where}: ${shown(issue.input)} ${issue.message}`, 'Write times as "2014-04-10 07:15:00"')
    : refused(file, `${where} ${issue.message}`, WRITE);
}

const listed = (names: readonly string[]) =>
  names
    .slice(0, 6)
    .map((name) => `"${name}"`)
    .join(', ') + (names.length > 6 ? ', …' : '');

/** An end of a stretch: the first event at or after it, and the first event after it. */
interface End {
  readonly at: EventIndex;
  readonly after: EventIndex;
}

/** Turns entries into event indices; null if no event (of the stream) lies in one. */
function createResolver(file: string, events: LabelEvents, pointWidth: number): (entry: Entry) => Interval | null {
  let ids: Map<bigint, EventIndex> | null = null;
  const own = ownEvents(events);

  function endOf(value: unknown, name: string, where: string): End {
    const text = typeof value === 'string' ? value.trim() : value;
    if (Number.isSafeInteger(text) || (typeof text === 'string' && /^-?\d+$/.test(text))) {
      ids ??= new Map(Array.from({ length: events.n }, (_, i) => [events.eventId[i], i]));
      const at = ids.get(BigInt(text as number | string));
      if (at === undefined)
        throw refused(
          file,
          `${where}: "${name}" is event ${String(text)}, which is not among the ${events.n} events analysed`,
          'Give the event_id of an event of this ledger, or a time',
        );
      return { at, after: at + 1 };
    }
    const time = typeof text === 'string' ? parseIso(text) : Number.NaN;
    if (Number.isNaN(time))
      throw refused(
        file,
        `${where}: "${name}" is ${shown(value)}, neither an event id nor a time`,
        'Give a whole number, or a time such as "2014-04-10 07:15:00"',
      );
    if (!events.hasTime)
      throw refused(file, `${where}: "${name}" is a time, and the ledger has no timestamps`, 'Give event ids');
    return { at: lowerBound(events.time, time), after: upperBound(events.time, time) };
  }

  return ({ where, stream, from, to, label }) => {
    if (from === undefined || from === null || from === '') throw refused(file, `${where} has no "from"`, WRITE);
    const s = stream === null ? -1 : events.streams.indexOf(stream);
    if (stream !== null && s < 0)
      throw refused(
        file,
        `${where}: there is no stream "${stream}" among ${listed(events.streams)}`,
        'Name a stream of the analysis, or leave it out for all',
      );
    const first = endOf(from, 'from', where);
    const members = s < 0 ? null : own[s];
    if (to === null || to === '') {
      if (!members)
        return first.at < events.n
          ? { stream, from: first.at, to: Math.min(events.n, first.at + pointWidth), label }
          : null;
      const start = lowerBound(members, first.at);
      if (start === members.length) return null;
      return { stream, from: members[start], to: members[Math.min(members.length, start + pointWidth) - 1] + 1, label };
    }
    const last = endOf(to, 'to', where);
    const isTime = (value: unknown) => typeof value === 'string' && isIsoText(value.trim());
    const reversed =
      isTime(from) && isTime(to)
        ? parseIso((from as string).trim()) > parseIso((to as string).trim())
        : last.after <= first.at;
    if (reversed)
      throw refused(
        file,
        `${where}: "to" (${JSON.stringify(to)}) lies before "from" (${JSON.stringify(from)})`,
        'Swap them',
      );
    const inside = members ? lowerBound(members, last.after) > lowerBound(members, first.at) : last.after > first.at;
    return inside ? { stream, from: first.at, to: last.after, label } : null;
  };
}

function refused(file: string, problem: string, advice: string): TautlineFailure {
  return new TautlineFailure({ kind: 'file', file, problem: `the labels cannot be used: ${problem}`, advice });
}
