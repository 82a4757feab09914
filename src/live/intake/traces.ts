import { otlpSpans, rowsOfSpans, type ShapeRow, type Span } from '../../ledger/intake.ts';

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

  /** Takes the spans of a request, and log records of spans. */
  push(document: unknown, now: number): void {
    for (const span of otlpSpans(document)) {
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
  }

  /** The rows of the traces that need not wait any more. */
  take(now: number, all = false): readonly ShapeRow[] {
    const rows: ShapeRow[] = [];
    for (const [id, { since, spans, rootAt }] of this.#traces) {
      const isWhole = rootAt !== null && now - rootAt >= SETTLED_MS;
      if (!isWhole && !all && now - since < LONGEST_MS) continue;
      if (!isWhole) this.cut++;
      this.#traces.delete(id);
      this.#held -= spans.length;
      rows.push(...rowsOf(spans));
    }
    return rows;
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
