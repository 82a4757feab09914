import { err, ok, type Result } from '../../core/result.ts';
import type { EventIndex } from '../../core/units.ts';

/** A field of an address: its name and its text, both unescaped. A name may occur more than once. */
export type AddressField = readonly [name: string, text: string];

/** Names a field of an address that cannot be used, and says why. */
export type Drop = (field: string, problem: string) => void;

/** `upgrade[v]` turns the fields of an address of version v into those of version v + 1. */
export type Upgrade = Readonly<Record<number, (fields: readonly AddressField[]) => readonly AddressField[]>>;

/** `page`: stays when another ledger opens. `ledger`: has its initial value then. */
export type Owner = 'page' | 'ledger';

/** One thing of the view that the address holds: a row of the table in fields.ts. */
export interface ViewField<T> {
  /** What it is called in the address; a name that ends in "." stands for all longer ones. */
  readonly names: readonly string[];
  /** Its value in an empty address. */
  readonly initial: T;
  readonly belongsTo: Owner;
  /** What is left of it for another ledger, where that is neither all nor nothing. */
  forget?(value: T): T;
  /** The fields to write; none for the initial value. */
  encode(value: T): readonly AddressField[];
  /** @param fields those under its names, in order. Never throws. */
  decode(fields: readonly AddressField[], drop: Drop): T;
  /** Fits it to a ledger of `events` events; gives back the same value where it fits. */
  clamp?(value: T, events: number): T;
  /** Only where a version of the address changed its name or meaning. */
  readonly upgrade?: Upgrade;
}

/** The things of a view by name, in the order in which they stand in the address. */
export type ViewFields = Readonly<Record<string, ViewField<unknown>>>;

/** The view that a table of fields makes. */
export type ViewOf<F extends ViewFields> = { readonly [K in keyof F]: F[K]['initial'] };

type Shared<T> = Pick<ViewField<T>, 'initial' | 'belongsTo' | 'clamp' | 'upgrade'>;

interface Text<T> extends Shared<T> {
  /** Never asked for the initial value. */
  write(value: T): string;
  /** The value, or what is wrong with the text. */
  read(text: string): Result<T, string>;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One value under one name; of several the last that can be read counts. */
export function single<T>(name: string, { write, read, ...shared }: Text<T>): ViewField<T> {
  return {
    ...shared,
    names: [name],
    encode: (value) => (same(value, shared.initial) ? [] : [[name, write(value)]]),
    decode(fields, drop) {
      let value = shared.initial;
      for (const [, text] of fields) {
        const given = read(text);
        if (given.ok) value = given.value;
        else drop(name, given.error);
      }
      return value;
    },
  };
}

export const isOneOf = <T extends string>(values: readonly T[], text: string): text is T =>
  (values as readonly string[]).includes(text);

/** One of some words. @param problem completes `"TEXT" …` */
export const choice = <T extends string>(
  name: string,
  values: readonly T[],
  problem: string,
  shared: Shared<T>,
): ViewField<T> =>
  single<T>(name, {
    ...shared,
    write: (value) => value,
    read: (text) => (isOneOf(values, text) ? ok(text) : err(`"${text}" ${problem}`)),
  });

/** Any text, or none. */
export const text = (name: string, belongsTo: Owner): ViewField<string | null> =>
  single<string | null>(name, { initial: null, belongsTo, write: String, read: (given) => ok(given) });

/** Texts in order, none twice, one field each. */
export const texts = (name: string, belongsTo: Owner): ViewField<readonly string[]> => ({
  names: [name],
  initial: [],
  belongsTo,
  encode: (values) => values.map((value) => [name, value]),
  decode(fields) {
    const all = new Set<string>();
    for (const [, value] of fields) {
      // One that is named again goes to the end.
      all.delete(value);
      all.add(value);
    }
    return [...all];
  },
});

/** The whole number that a text is; null if it is none. */
export function readIndex(given: string): number | null {
  const value = Number(given);
  return /^\d+$/.test(given) && Number.isSafeInteger(value) ? value : null;
}

/** The index of an event of the ledger, or none. */
export const eventIndex = (name: string): ViewField<EventIndex | null> =>
  single<EventIndex | null>(name, {
    initial: null,
    belongsTo: 'ledger',
    write: String,
    read(given) {
      const index = readIndex(given);
      return index === null ? err(`"${given}" is not an event index`) : ok(index);
    },
    clamp: (index, events) => (index !== null && index < events ? index : null),
  });

/** Fields that the view holds in one object; each keeps its own names and owner. */
export function group<M extends ViewFields>(members: M): ViewField<ViewOf<M>> {
  const each = (map: (field: ViewField<unknown>, key: keyof M) => unknown): ViewOf<M> =>
    Object.fromEntries(Object.entries(members).map(([key, field]) => [key, map(field, key)])) as ViewOf<M>;
  return {
    names: Object.values(members).flatMap(({ names }) => names),
    initial: each(({ initial }) => initial),
    belongsTo: 'page',
    forget: (value) => each((field, key) => forget(field, value[key])),
    encode: (value) => Object.entries(members).flatMap(([key, field]) => field.encode(value[key])),
    decode: (fields, drop) => each((field) => field.decode(fieldsOf(field, fields), drop)),
    clamp: (value, events) => {
      const clamped = each((field, key) => clamp(field, value[key], events));
      return Object.keys(members).every((key) => Object.is(clamped[key], value[key])) ? value : clamped;
    },
  };
}

const isNamed = (name: string, own: string): boolean =>
  own.endsWith('.') ? name.startsWith(own) && name.length > own.length : name === own;

/** Those of an address that are under the names of a field. */
export const fieldsOf = (
  { names }: Pick<ViewField<unknown>, 'names'>,
  fields: readonly AddressField[],
): readonly AddressField[] => fields.filter(([name]) => names.some((own) => isNamed(name, own)));

/** What is left of a value when another ledger opens. */
export const forget = <T>(field: ViewField<T>, value: T): T =>
  field.forget ? field.forget(value) : field.belongsTo === 'ledger' ? field.initial : value;

export const clamp = <T>(field: ViewField<T>, value: T, events: number): T =>
  field.clamp ? field.clamp(value, events) : value;
