import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { otlpRequest } from '../../ledger/intake.ts';
import type { LedgerEvent } from '../live_pb.ts';
import { eventOfCloudEvent, eventOfRow, isFields, withEmbedding } from './events.ts';
import { Mark } from './mark.ts';
import { Ring, type RingCounts } from './ring.ts';
import { TraceBuffer } from './traces.ts';

/** How often traces are looked at, and time is told where nothing comes, ms. */
const LOOK_MS = 250;
/** Time is told until rows that wait for earlier ones are through. */
const TOLD_MS = 3_000;

export interface IntakeCounts extends RingCounts {
  /** What came and was no event. */
  readonly refused: number;
  readonly spansHeld: number;
  readonly tracesCut: number;
  readonly spansDropped: number;
  /** Spans that the process before this one had in memory when it was killed. */
  readonly spansLost: number;
}

export interface Rejected {
  readonly count: number;
  readonly why: string;
}

interface Destination {
  append(event: LedgerEvent): Promise<unknown>;
  /** Time that passed without events, in the time of the events, microseconds. */
  tick(micros: number): Promise<unknown>;
  /** File that says how far it has come; absent: whoever reads is not told what a killed process had in memory. */
  readonly mark?: string;
}

/** Takes events from whoever sends them, into the log: without waiting for anybody. */
export class Intake {
  readonly #ring: Ring;
  readonly #traces = new TraceBuffer();
  readonly #append: Destination['append'];
  readonly #tick: Destination['tick'];
  readonly #timer: NodeJS.Timeout;
  readonly #mark: Mark | null;
  #refused = 0;
  /** The newest event time, ms, and when it came. */
  #newest: { readonly ms: number; readonly at: number } | null = null;

  constructor({ append, tick, mark }: Destination) {
    this.#mark = mark === undefined ? null : new Mark(mark);
    this.#ring = new Ring(append, this.#mark ?? undefined, () => this.#note());
    this.#append = append;
    this.#tick = tick;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  get counts(): IntakeCounts {
    const { held, cut, dropped } = this.#traces;
    return {
      ...this.#ring.counts,
      ...{ refused: this.#refused, spansHeld: held, tracesCut: cut, spansDropped: dropped },
      spansLost: this.#mark?.lostSpans ?? 0,
    };
  }

  /** Before a sender hears that its events were taken. */
  #note(): void {
    this.#mark?.note(this.#ring.sequence, this.#traces.held);
  }

  /** For a process of one's own. Never waits. @returns false where the event was dropped */
  record(event: LedgerEvent): boolean {
    this.#hear(event);
    return this.#ring.record(withEmbedding(event));
  }

  /** An event that waits elsewhere until it is kept: it is not dropped, and not numbered. */
  keep(event: LedgerEvent): Promise<unknown> {
    this.#hear(event);
    return this.#append(withEmbedding(event));
  }

  #hear({ sourceMicros }: LedgerEvent): void {
    const ms = Number(sourceMicros) / 1000;
    if (this.#newest === null || ms >= this.#newest.ms) this.#newest = { ms, at: Date.now() };
  }

  /** A request of traces, or of logs of spans, as OTLP/JSON has it. @returns how many were not taken, and why */
  otlp(document: unknown): Rejected {
    const { spans, strays } = otlpRequest(document);
    const left = this.#traces.push(spans, Date.now());
    this.#refused += strays;
    this.#note();
    const why = [
      ...(strays > 0 ? [`${strays} without the ids of a trace and a span`] : []),
      ...(left > 0 ? [`${left} found no room: too many spans wait for their traces`] : []),
    ];
    return { count: strays + left, why: why.join('; ') };
  }

  /** A CloudEvent, or a batch. @returns how many were taken, and why others were not */
  cloudEvents(document: unknown): { readonly taken: number; readonly problems: readonly string[] } {
    const all = Array.isArray(document) ? (document as unknown[]) : [document];
    const problems: string[] = [];
    let taken = 0;
    for (const [i, cloud] of all.entries()) {
      const event = eventOfCloudEvent(cloud, Date.now());
      if (typeof event === 'string') {
        this.#refused++;
        problems.push(`event ${i + 1}: ${event}`);
      } else if (this.record(event)) taken++;
      else problems.push(`event ${i + 1}: dropped, the buffer is full`);
    }
    this.#note();
    return { taken, problems };
  }

  /** An event a line, until the stream ends. */
  async lines(input: Readable, say: (sentence: string) => void): Promise<void> {
    let line = 0;
    for await (const text of createInterface({ input })) {
      line++;
      if (text.trim() === '') continue;
      const event = eventOfLine(text, `stdin/${process.pid}/${line}`);
      if (typeof event !== 'string') this.record(event);
      else if (this.#refused++ < 5) say(`Line ${line} is no event: ${event}`);
    }
  }

  #look(all = false): void {
    const now = Date.now();
    for (const row of this.#traces.take(now, all).flatMap(({ rows }) => rows)) {
      const event = eventOfRow(row, String(row.event_id), now);
      if (typeof event === 'string') this.#refused++;
      else this.record(event);
    }
    this.#note();
    if (this.#newest === null) return;
    const passed = now - this.#newest.at;
    if (passed >= LOOK_MS) void this.#tick(1000 * (this.#newest.ms + passed)).catch(() => undefined);
    if (passed > TOLD_MS) this.#newest = null;
  }

  /** Takes what waits, and settles when it is on its way. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#look(true);
    await this.#ring.rest();
    this.#mark?.close();
  }
}

function eventOfLine(text: string, place: string): LedgerEvent | string {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isFields(row)) return 'it is no object';
  const id = row.uid ?? row.event_id ?? row.id;
  const uid = typeof id === 'string' || typeof id === 'number' ? String(id) : place;
  return eventOfRow(row, uid, Date.now());
}
