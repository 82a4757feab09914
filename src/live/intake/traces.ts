import { rowsOfSpans, type ShapeRow, type Span } from '../../ledger/intake.ts';

/** A trace is an event or several once its root has ended and as long has passed as others of it may take, ms. */
const SETTLED_MS = 500;
/** Or after so long, whatever is missing. */
const LONGEST_MS = 10_000;
const MOST_SPANS = 50_000;

interface Waiting {
  readonly since: number;
  readonly spans: Span[];
  rootAt: number | null;
}

/** A trace that need not wait any more, as rows of events. */
export interface Whole {
  readonly trace: string;
  readonly rows: readonly ShapeRow[];
}

/**
 * Children end before their parents, which say what the children take over: spans wait here until their trace is whole.
 */
export class TraceBuffer {
  readonly #traces = new Map<string, Waiting>();
  #held = 0;
  /** Traces that were not waited for to the end. */
  cut = 0;
  /** Spans whose records were left out for want of room. */
  dropped = 0;

  get held(): number {
    return this.#held;
  }

  /** Takes the spans of a request, and log records of spans. @returns how many found no room */
  push(spans: readonly Span[], now: number): number {
    const before = this.dropped;
    for (const span of spans) {
      if (this.#held >= MOST_SPANS) {
        this.dropped++;
        continue;
      }
      const known = this.#traces.get(span.trace);
      const trace = known ?? { since: now, spans: [], rootAt: null };
      if (!known) this.#traces.set(span.trace, trace);
      trace.spans.push(span);
      if (span.parent === undefined && !span.isLog) trace.rootAt ??= now;
      this.#held++;
    }
    return this.dropped - before;
  }

  take(now: number, all = false): readonly Whole[] {
    const whole: Whole[] = [];
    for (const [id, { since, spans, rootAt }] of this.#traces) {
      const isWhole = rootAt !== null && now - rootAt >= SETTLED_MS;
      if (!isWhole && !all && now - since < LONGEST_MS) continue;
      if (!isWhole) this.cut++;
      this.#traces.delete(id);
      this.#held -= spans.length;
      whole.push({ trace: id, rows: rowsOf(spans) });
    }
    return whole;
  }
}

function rowsOf(spans: readonly Span[]): readonly ShapeRow[] {
  const own = new Map(spans.map((span) => [`${span.trace}:${span.id}`, span.attributes]));
  return rowsOfSpans(spans).map((row) => {
    const attributes = own.get(String(row.event_id));
    const embedding = attributes?.['tautline.embedding'];
    const critical = attributes?.['tautline.critical'];
    return {
      ...row,
      ...(embedding !== undefined && { embedding }),
      ...(critical === true && { 'tautline.critical': true }),
    };
  });
}
