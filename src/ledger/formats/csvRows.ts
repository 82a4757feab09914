/** A quote that makes no sense. */
export interface QuoteFault {
  /** `open`: never closed; `inside`: followed by more of its cell; `long`: not closed within any reason. */
  readonly kind: 'open' | 'inside' | 'long';
  /** Rows before the one that it stands in, header included. */
  readonly row: number;
  /** Line of the quote that begins the cell, counted from 1. */
  readonly line: number;
}

export interface CutRows {
  readonly rows: string[][];
  /** Positions in `rows` of those with line ends in their cells, and the line that each begins in. */
  readonly broken: readonly { readonly at: number; readonly line: number }[];
  /** The first quote that makes no sense; nothing after it is cut. */
  readonly fault: QuoteFault | null;
}

const QUOTE = 34;
const LF = 10;
const CR = 13;
const SPACE = 32;

/** Line ends of a text: LF, CR, or both together. */
const lineEndsIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/**
 * Cuts delimited text that comes piece by piece into rows of cells. Line ends may be mixed as they like; within quotes
 * they are kept.
 */
export class CsvRows {
  readonly #delimiter: string;
  /** Begins with the row that is not whole yet. */
  #text = '';
  /** Where the next of each mark stands, at or after the position last asked for; Infinity where there is none. */
  #nextEnd = -1;
  #nextLf = -1;
  #nextCr = -1;
  #nextQuote = -1;
  #nextDelimiter = -1;
  /** True if the piece before ended in CR: a LF to come belongs to it. */
  #afterReturn = false;
  #rows = 0;
  #line = 1;
  #openLine: number | null = null;
  /** A quoted cell that is not whole yet: where it begins, and where to look on for its end. */
  #halfCell = { at: -1, from: 0 };

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** Characters of the row that is not whole yet. */
  get pending(): number {
    return this.#text.length;
  }
  /** The line that it begins in. */
  get line(): number {
    return this.#line;
  }
  /** The quote of it that is not closed yet. */
  get open(): QuoteFault | null {
    return this.#openLine === null ? null : { kind: 'long', row: this.#rows, line: this.#openLine };
  }

  /** @param last true if nothing follows */
  push(text: string, last: boolean): CutRows {
    if (this.#afterReturn && text !== '') {
      this.#afterReturn = false;
      if (text.charCodeAt(0) === LF) text = text.slice(1);
    }
    this.#text = this.#text === '' ? text : this.#text + text;
    this.#openLine = null;
    this.#nextEnd = this.#nextLf = this.#nextCr = this.#nextQuote = this.#nextDelimiter = -1;
    const rows: string[][] = [];
    const broken: { at: number; line: number }[] = [];
    let fault: QuoteFault | null = null;
    let at = 0;
    while (at < this.#text.length) {
      let end = this.#endOfLine(at);
      if (this.#quote(at) < end) {
        const row = this.#quotedRow(at, last);
        if (row === null) break;
        if ('kind' in row) {
          fault = { ...row, row: this.#rows + rows.length };
          break;
        }
        if (row.lines > 0) broken.push({ at: rows.length, line: this.#line });
        rows.push(row.cells);
        this.#line += row.lines;
        end = row.end;
      } else if (end === Infinity && !last) break;
      // An empty line is no row.
      else if (end > at) rows.push(this.#text.slice(at, end).split(this.#delimiter));
      this.#line++;
      at = this.#afterLine(end);
    }
    this.#text = this.#text.slice(at);
    if (this.#openLine === null) this.#halfCell = { at: -1, from: 0 };
    this.#rows += rows.length;
    return { rows, broken, fault };
  }

  /** A row that has a quote; null if its end is not there yet. */
  #quotedRow(
    from: number,
    last: boolean,
  ): { cells: string[]; end: number; lines: number } | Pick<QuoteFault, 'kind' | 'line'> | null {
    const text = this.#text;
    const cells: string[] = [];
    let lines = 0;
    for (let at = from; ; at++) {
      if (text.charCodeAt(at) === QUOTE) {
        const line = this.#line + lines;
        const half = this.#halfCell;
        const close = closingQuote(text, at === half.at ? half.from : at + 1);
        if (close < 0) {
          this.#openLine = line;
          this.#halfCell = { at: at - from, from: text.length - from };
          return last ? { kind: 'open', line } : null;
        }
        const raw = text.slice(at + 1, close);
        cells.push(this.#quote(at + 1) < close ? raw.replaceAll('""', '"') : raw);
        if (this.#endOfLine(at) < close) lines += lineEndsIn(raw);
        at = close + 1;
        while (text.charCodeAt(at) === SPACE) at++;
      } else {
        const end = Math.min(this.#delimiterAfter(at), this.#endOfLine(at), text.length);
        cells.push(text.slice(at, end));
        at = end;
      }
      if (at >= text.length) return last ? { cells, end: text.length, lines } : null;
      const code = text.charCodeAt(at);
      if (code === LF || code === CR) return { cells, end: at, lines };
      if (text[at] !== this.#delimiter) return { kind: 'inside', line: this.#line + lines };
    }
  }

  #quote(from: number): number {
    if (this.#nextQuote < from) this.#nextQuote = indexIn(this.#text, '"', from);
    return this.#nextQuote;
  }

  #delimiterAfter(from: number): number {
    if (this.#nextDelimiter < from) this.#nextDelimiter = indexIn(this.#text, this.#delimiter, from);
    return this.#nextDelimiter;
  }

  #endOfLine(from: number): number {
    if (this.#nextEnd >= from) return this.#nextEnd;
    if (this.#nextLf < from) this.#nextLf = indexIn(this.#text, '\n', from);
    if (this.#nextCr < from) this.#nextCr = indexIn(this.#text, '\r', from);
    return (this.#nextEnd = Math.min(this.#nextLf, this.#nextCr));
  }

  /** @param end of a line, where its line end stands */
  #afterLine(end: number): number {
    if (this.#text.charCodeAt(end) !== CR) return Math.min(end + 1, this.#text.length);
    if (end + 1 === this.#text.length) this.#afterReturn = true;
    return this.#text.charCodeAt(end + 1) === LF ? end + 2 : end + 1;
  }
}

function indexIn(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? Infinity : found;
}

/** Position of the quote that closes a cell, -1 if it is not there; two in a row stand for one. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2))
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  return -1;
}
