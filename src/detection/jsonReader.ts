import { TautlineFailure } from '../core/errors.ts';

/** How messages speak of a kind of file. */
export interface FileKind {
  /** e.g. "the baseline". */
  readonly what: string;
  readonly advice: string;
}

/**
 * A value of a file and where it stands; every question that it cannot answer is a failure of kind file that says so.
 */
export class JsonReader {
  readonly #file: string;
  readonly #kind: FileKind;
  /** e.g. "reference.streams[0].window"; '' for the whole file. */
  readonly path: string;
  readonly value: unknown;

  constructor(file: string, kind: FileKind, value: unknown, path = '') {
    this.#file = file;
    this.#kind = kind;
    this.path = path;
    this.value = value;
  }

  static parse(text: string, file: string, kind: FileKind): JsonReader {
    try {
      return new JsonReader(file, kind, JSON.parse(text));
    } catch (thrown) {
      throw new JsonReader(file, kind, null).refused(
        `it is not JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`,
      );
    }
  }

  at(name: string): JsonReader {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value))
      throw this.wrong('an object');
    const path = this.path ? `${this.path}.${name}` : name;
    if (!Object.hasOwn(this.value, name)) throw this.refused(`"${path}" is missing`);
    return new JsonReader(this.#file, this.#kind, (this.value as Record<string, unknown>)[name], path);
  }

  list(): JsonReader[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((value: unknown, i) => new JsonReader(this.#file, this.#kind, value, `${this.path}[${i}]`));
  }

  /** `nullable`: null stands for NaN. */
  numbers(length?: number, nullable = false): number[] {
    const { value } = this;
    const usable =
      Array.isArray(value) &&
      value.every((v) => (typeof v === 'number' && Number.isFinite(v)) || (nullable && v === null));
    if (!usable || (length !== undefined && value.length !== length))
      throw this.wrong(length === undefined ? 'a list of numbers' : `a list of ${length} numbers`);
    return value.map((v: number | null) => v ?? Number.NaN);
  }

  number(): number {
    if (typeof this.value !== 'number') throw this.wrong('a number');
    return this.value;
  }

  /** A number; null stands for NaN. */
  missing(): number {
    return this.value === null ? Number.NaN : this.number();
  }

  count(min: number): number {
    const { value } = this;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min)
      throw this.wrong(`a whole number from ${min}`);
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw this.wrong('true or false');
    return this.value;
  }

  text(): string {
    if (typeof this.value !== 'string') throw this.wrong('a text');
    return this.value;
  }

  oneOf<T extends string>(choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined) throw this.wrong(`one of ${choices.join(', ')}`);
    return found;
  }

  wrong(needed: string): TautlineFailure {
    return this.refused(`"${this.path}" must be ${needed}`);
  }

  refused(problem: string): TautlineFailure {
    return new TautlineFailure({
      kind: 'file',
      file: this.#file,
      problem: `${this.#kind.what} cannot be used: ${problem}`,
      advice: this.#kind.advice,
    });
  }
}
