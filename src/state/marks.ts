import { createStore, useStore } from 'zustand';
import { fieldsOf } from '../core/fields.ts';
import {
  labelOfVerdict,
  markOf,
  marksFile,
  verdictOf,
  VERDICTS,
  withMarks,
  type Mark,
  type PlacedMark,
  type Verdict,
} from '../detection/incidents/marks.ts';
import type { Alert } from '../detection/types.ts';
import type { LabelText } from '../workers/lab.ts';
import type { OpenReport } from '../ledger/types.ts';
import { actions, lab, session } from './store.ts';

const KEY = 'tautline.marks';

/** Those of the session's marks whose events the analysis has. */
const store = createStore<{ readonly placed: readonly PlacedMark[] }>(() => ({ placed: [] }));

export const useMarks = <T>(selector: (state: { readonly placed: readonly PlacedMark[] }) => T): T =>
  useStore(store, selector);

const stored = (): Readonly<Record<string, unknown>> => {
  try {
    return fieldsOf(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return {};
  }
};

function readMark(raw: unknown): Mark[] {
  const { stream, from, to, verdict, label, note } = fieldsOf(raw);
  const isId = (id: unknown): id is string => typeof id === 'string' && /^-?\d+$/.test(id);
  const known = VERDICTS.find((one) => one === verdict);
  if (!known || !isId(from) || !isId(to) || (stream !== null && typeof stream !== 'string')) return [];
  const text = (value: unknown, other: string) => (typeof value === 'string' ? value : other);
  return [{ stream, from, to, verdict: known, label: text(label, labelOfVerdict(known)), note: text(note, '') }];
}

function keptOf(ledger: string): readonly Mark[] {
  const kept = stored()[ledger];
  return Array.isArray(kept) ? kept.flatMap(readMark) : [];
}

function keep(ledger: string, marks: readonly Mark[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...stored(), [ledger]: marks.length > 0 ? marks : undefined }));
  } catch {
    actions.toast('warning', 'The browser keeps no more: export the marks, or they go with this page.');
  }
}

/** The newest placing; an older one that ends later is dropped. */
let placing = 0;

async function place(): Promise<void> {
  const turn = ++placing;
  const marks = marksNow();
  const report = session.store.getState().analysis.report;
  let placed: readonly PlacedMark[] = [];
  if (marks.length > 0 && report) {
    const indices = await session.engine.indicesOf(marks.flatMap(({ from, to }) => [BigInt(from), BigInt(to)]));
    const names = new Set(report.streams.map(({ name }) => name));
    placed = marks.flatMap((mark, i) => {
      const [first, last] = [indices[2 * i], indices[2 * i + 1]];
      return first < 0 || last < first || (mark.stream !== null && !names.has(mark.stream))
        ? []
        : [{ mark, first, last }];
    });
  }
  if (turn !== placing) return;
  store.setState({ placed });
  const text = placed.length === 0 ? null : marksFile(placed.map(({ mark }) => mark));
  const before = lab.store.getState().marks;
  if (before?.text !== text && !(before === null && text === null))
    lab.store.setState({ marks: text === null ? null : { name: 'marks', text } });
}

const placeSoon = (): void => void place().catch(() => undefined);

const marksNow = (): readonly Mark[] => session.state().marks.list;

function change(list: readonly Mark[]): void {
  const { of } = session.state().marks;
  if (of !== null) void session.dispatch({ type: 'marksSet', marks: { of, list } });
}

const idsOf = async (indices: readonly number[]): Promise<bigint[]> =>
  (await Promise.all(indices.map((index) => session.engine.event(index)))).map(({ eventId }) => eventId);

type Alerts = readonly Pick<Alert, 'onset' | 'fired' | 'stream'>[];

/** Says something of alerts, stream by stream; null takes back what was said. */
export async function markAlerts(
  alerts: Alerts,
  said: { readonly verdict: Verdict; readonly note: string } | null,
): Promise<void> {
  const report = session.store.getState().analysis.report;
  if (!report || alerts.length === 0) return;
  const streams = [...new Set(alerts.map(({ stream }) => stream))];
  const ends = streams.map((stream) => {
    const own = alerts.filter((alert) => alert.stream === stream);
    return [Math.min(...own.map(({ onset }) => onset)), Math.max(...own.map(({ fired }) => fired))];
  });
  const ids = await idsOf(ends.flat());
  const stretches = streams.map((stream, i) => ({
    stream: report.streams[stream].name,
    from: String(ids[2 * i]),
    to: String(ids[2 * i + 1]),
  }));
  const { placed } = store.getState();
  const overlapped = new Set(alerts.flatMap((alert) => markOf(alert, report.streams[alert.stream].name, placed) ?? []));
  change(withMarks(marksNow(), stretches, said, overlapped));
}

/** Adds the stretches of a file of labels; rejects with what is wrong with it. @returns how many */
export async function importMarks(file: LabelText): Promise<number> {
  const { intervals } = await session.engine.labels(file);
  const ids = await idsOf(intervals.flatMap(({ from, to }) => [from, to - 1]));
  const read = intervals.map((interval, i): Mark => ({
    stream: interval.stream,
    from: String(ids[2 * i]),
    to: String(ids[2 * i + 1]),
    verdict: verdictOf(interval),
    label: interval.label,
    note: interval.note ?? '',
  }));
  const same = (a: Mark, b: Mark) => a.stream === b.stream && a.from === b.from && a.to === b.to;
  change([...marksNow().filter((mark) => !read.some((other) => same(mark, other))), ...read]);
  return read.length;
}

/** Alerts on the vectors of another model are other alerts. */
const markedAs = ({ fingerprint, model }: OpenReport): string =>
  model ? `${fingerprint}.${model.probe.slice(0, 16)}` : fingerprint;

const find = (of: string): void => {
  known = keptOf(of);
  void session.dispatch({ type: 'marksFound', marks: { of, list: known } });
};

/** Marks are kept in the browser by the ledger's fingerprint, as labels for the Laboratory. */
function follow(): void {
  const { ledger, analysis } = session.store.getState();
  const fingerprint = ledger.phase === 'open' ? markedAs(ledger.report) : null;
  const { of, list } = session.state().marks;
  if (fingerprint !== null && fingerprint !== of) {
    store.setState({ placed: [] });
    placed = null;
    find(fingerprint);
    return;
  }
  if (of !== null && list !== known) {
    known = list;
    keep(of, list);
    placeSoon();
  }
  // Thresholds move no event: marks are placed anew with the streams.
  const key = analysis.report && `${analysis.report.signalsRevision} ${analysis.report.streamKey}`;
  if (key !== null && key !== placed) {
    placed = key;
    placeSoon();
  }
}
let placed: string | null = null;
/** The newest that are kept. */
let known: readonly Mark[] = [];
session.store.subscribe(follow);
follow();
window.addEventListener('storage', ({ key }) => {
  const { of } = session.state().marks;
  if (key !== KEY || of === null) return;
  find(of);
  placeSoon();
});
