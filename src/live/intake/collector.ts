import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { otlpRequest, tracesJson, type Span } from '../../ledger/intake.ts';
import { replaceFile } from '../log/files.ts';
import type { LedgerEvent } from '../live_pb.ts';
import type { Transport } from '../transport.ts';
import { eventOfRow } from './events.ts';
import { TraceBuffer, type Whole } from './traces.ts';

/** How often traces are looked at, and places noted, ms. */
const LOOK_MS = 250;
/** So long after it failed an event is appended again. */
const AGAIN_MS = 500;

export interface CollectorOptions {
  readonly transport: Transport;
  /** File that says how far each partition was read. */
  readonly places: string;
  /** Settles when the event is kept. */
  append(event: LedgerEvent): Promise<unknown>;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** How far a partition was read. */
interface Place {
  /** Nothing before it is needed any more. */
  readonly next: number;
  /** Traces that are in the log, and have spans at `next` or behind it: up to which offset those are taken. */
  readonly done: Readonly<Record<string, number>>;
}

type Places = Readonly<Record<string, Place>>;

/** Offsets that the spans of a trace stand at: the first and the last. */
interface Extent {
  from: number;
  to: number;
}

/** Counts of what a Collector brought. */
export interface CollectorCounts {
  records: number;
  events: number;
  refused: number;
}

/**
 * Reads what an OpenTelemetry Collector writes to the topic of OTLP: requests of traces in protobuf, those of a trace
 * in one partition. Where it resumes is noted after the events of a trace are kept: each comes at least once, and its
 * uid makes that once in the ledger.
 */
export class CollectorTopic {
  readonly #options: CollectorOptions;
  readonly counts: CollectorCounts = { records: 0, events: 0, refused: 0 };
  readonly #places = new Map<number, Place>();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { transport, places } = this.#options;
    const found = JSON.parse(await readFile(places, 'utf8').catch(() => '{}')) as Places;
    for (const [partition, place] of Object.entries(found)) this.#places.set(Number(partition), place);
    const count = await transport.partitions('otlp');
    await Promise.all(Array.from({ length: count }, (_, partition) => this.#follow(partition)));
  }

  async #follow(partition: number): Promise<void> {
    const { transport, signal, say } = this.#options;
    const { first, end } = await transport.range('otlp', partition);
    const known = this.#places.get(partition) ?? { next: first, done: {} };
    if (known.next < first) say(`Of tautline.otlp.v1/${partition} retention took ${first - known.next} records unread`);
    const from = known.next > end ? first : Math.max(first, known.next);
    const part = new Part(from, known.done);
    let noting = Promise.resolve();
    const timer = setInterval(() => {
      noting = noting.then(() => this.#bring(partition, part));
      noting.catch(() => undefined);
    }, LOOK_MS);
    try {
      for await (const batch of transport.read('otlp', partition, from, { signal }))
        for (const { offset, value } of batch) {
          this.counts.records++;
          const request = decoded(value);
          this.counts.refused += request ? part.push(request.spans, offset) + request.strays : 1;
          part.next = offset + 1;
        }
    } finally {
      clearInterval(timer);
    }
    // What waits for its trace is read again by the next run.
    await noting;
  }

  /** Appends the events of whole traces, and notes then where to resume. */
  async #bring(partition: number, part: Part): Promise<void> {
    const rows = part.take().flatMap((whole) => whole.rows);
    const events = rows.flatMap((row) => {
      const event = eventOfRow(row, String(row.event_id), Date.now());
      if (typeof event !== 'string') return [event];
      this.counts.refused++;
      return [];
    });
    if (!(await Promise.all(events.map((event) => this.#append(event)))).every(Boolean)) return;
    part.kept();
    const place = part.place();
    if (JSON.stringify(place) === JSON.stringify(this.#places.get(partition))) return;
    this.#places.set(partition, place);
    await this.#write();
    await this.#options.transport.noteOffset('otlp', partition, place.next);
  }

  /** @returns false where the end came before it was kept */
  async #append(event: LedgerEvent): Promise<boolean> {
    const { append, signal } = this.#options;
    while (!signal.aborted)
      try {
        await append(event);
        this.counts.events++;
        return true;
      } catch {
        // It waits in its topic: nothing is lost by trying again.
        await setTimeout(AGAIN_MS);
      }
    return false;
  }

  #writing = Promise.resolve();
  #write(): Promise<void> {
    const { places } = this.#options;
    return (this.#writing = this.#writing.then(async () => {
      await mkdir(dirname(places), { recursive: true });
      await replaceFile(places, JSON.stringify(Object.fromEntries(this.#places)));
    }));
  }
}

/** What is known of a partition while it is read. */
class Part {
  next: number;
  readonly #buffer = new TraceBuffer();
  readonly #held = new Map<string, Extent>();
  /** Of traces whose events are on their way into the log. */
  readonly #bringing = new Map<string, Extent>();
  readonly #done: Map<string, number>;

  constructor(next: number, done: Place['done']) {
    this.next = next;
    this.#done = new Map(Object.entries(done));
  }

  /** @returns how many spans found no room */
  push(spans: readonly Span[], offset: number): number {
    const fresh = spans.filter(({ trace }) => (this.#done.get(trace) ?? -1) < offset);
    for (const { trace } of fresh) {
      const extent = this.#held.get(trace);
      if (extent) extent.to = offset;
      else this.#held.set(trace, { from: offset, to: offset });
    }
    return this.#buffer.push(fresh, Date.now());
  }

  take(): readonly Whole[] {
    const whole = this.#buffer.take(Date.now());
    for (const { trace } of whole) {
      this.#bringing.set(trace, this.#held.get(trace)!);
      this.#held.delete(trace);
    }
    return whole;
  }

  /** The events of what was taken are in the log. */
  kept(): void {
    for (const [trace, { to }] of this.#bringing) this.#done.set(trace, to);
    this.#bringing.clear();
  }

  place(): Place {
    let next = this.next;
    for (const { from } of [...this.#held.values(), ...this.#bringing.values()]) next = Math.min(next, from);
    for (const [trace, to] of this.#done) if (to < next) this.#done.delete(trace);
    return { next, done: Object.fromEntries(this.#done) };
  }
}

function decoded(value: Uint8Array): ReturnType<typeof otlpRequest> | null {
  try {
    return otlpRequest(tracesJson(value));
  } catch {
    return null;
  }
}
