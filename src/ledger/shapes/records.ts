import { columnOf, type ShapeColumn, type ShapeReading, type ShapeRow } from './shape.ts';

/** What a document of a log gives: its events in order, or why it gives none. */
export interface Records {
  readonly rows: readonly ShapeRow[];
  /** Reason -> how many parts of the document gave no event. */
  readonly leftOut?: Readonly<Record<string, number>>;
  /** Dialogues in the document, where it is a whole one or several. */
  readonly threads?: number;
}

/** Columns that are used only where every row has a value: rows without one would be left out, or be pauses. */
const WHOLE = ['ts', 'embedding'];

class Totals {
  rows = 0;
  threads = 0;
  readonly threadIds = new Set<unknown>();
  readonly present = new Map<string, number>();
  readonly leftOut = new Map<string, number>();

  add({ rows, leftOut = {}, threads = 0 }: Records): void {
    this.rows += rows.length;
    this.threads += threads;
    for (const row of rows) {
      if (row.thread_id !== undefined && row.thread_id !== null) this.threadIds.add(row.thread_id);
      for (const [name, value] of Object.entries(row))
        if (value !== null && value !== undefined) this.present.set(name, (this.present.get(name) ?? 0) + 1);
    }
    for (const [reason, count] of Object.entries(leftOut))
      if (count > 0) this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + count);
  }

  take(other: Totals): void {
    this.rows += other.rows;
    this.threads += other.threads;
    for (const id of other.threadIds) this.threadIds.add(id);
    for (const [name, count] of other.present) this.present.set(name, (this.present.get(name) ?? 0) + count);
    for (const [reason, count] of other.leftOut) this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + count);
  }
}

/** What the sentence of a reading is made of. */
export interface Counted {
  readonly rows: number;
  readonly threads: number;
  /** "3 lines that are no messages" */
  readonly leftOut: readonly (readonly [reason: string, count: number])[];
}

/**
 * A reading of documents that hold events in themselves.
 * @param start begins a pass: documents without ids are numbered by it
 */
export const recordReading = (
  start: () => (document: unknown) => Records,
  sentence: (counted: Counted) => string,
  advice = 'Open a file that holds what was said',
): ShapeReading => new RecordReading(start, sentence, advice);

class RecordReading implements ShapeReading {
  readonly advice: string;
  private totals = new Totals();
  private readonly start: () => (document: unknown) => Records;
  private readonly sentence: (counted: Counted) => string;
  private readonly records: (document: unknown) => Records;

  constructor(start: () => (document: unknown) => Records, sentence: (counted: Counted) => string, advice: string) {
    this.advice = advice;
    this.start = start;
    this.sentence = sentence;
    this.records = start();
  }

  look(document: unknown): void {
    this.totals.add(this.records(document));
  }

  join(others: readonly ShapeReading[]): void {
    const whole = new Totals();
    const all = [this, ...others.filter((other) => other instanceof RecordReading)];
    for (const { totals } of all) whole.take(totals);
    for (const reading of all) reading.totals = whole;
  }

  columns(): readonly ShapeColumn[] {
    const { present, rows } = this.totals;
    return [...present]
      .filter(([name, count]) => !WHOLE.includes(name) || count === rows)
      .map(([name]) => columnOf(name));
  }

  pass(): (document: unknown) => readonly ShapeRow[] {
    const records = this.start();
    return (document) => records(document).rows;
  }

  events(): number {
    return this.totals.rows;
  }

  note(): string {
    const { rows, threads, threadIds, leftOut } = this.totals;
    return this.sentence({ rows, threads: Math.max(threads, threadIds.size), leftOut: [...leftOut] });
  }
}
