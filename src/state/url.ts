import type { ViewState } from './types.ts';
import {
  clamp,
  fieldsOf,
  forget,
  readIndex,
  type AddressField,
  type Drop,
  type Upgrade,
  type ViewField,
  type ViewFields,
  type ViewOf,
} from './view/field.ts';
import { VIEW_FIELDS } from './view/fields.ts';

/** Something of an address that could not be used; the field has its initial value. */
export interface Dropped {
  readonly field: string;
  readonly problem: string;
}

export interface ViewCodec<V> {
  /** The view of an empty address. */
  readonly initial: V;
  /** '' for the initial view; else only what differs from it. */
  encode(view: V): string;
  /** Never throws: a field that cannot be read keeps its initial value and is named. */
  decode(text: string, upgrades?: Upgrade): { readonly view: V; readonly dropped: readonly Dropped[] };
  /** A view without what belongs to one ledger only. */
  forgetLedger(view: V): V;
  /** Fits a view to a ledger of `events` events; the same view where it fits. */
  fitToLedger(view: V, events: number): V;
}

/**
 * A view as the text of an address, e.g. `v=1&sample=fracture&axis=time&range=12000-13000&at=12403`.
 * @param version of the addresses that are written; older ones are brought up to it step by step
 */
export function createViewCodec<F extends ViewFields>(table: F, version: number): ViewCodec<ViewOf<F>> {
  const rows = Object.entries(table);
  const each = (map: (field: ViewField<unknown>, key: string) => unknown): ViewOf<F> =>
    Object.fromEntries(rows.map(([key, field]) => [key, map(field, key)])) as ViewOf<F>;
  const upgradesOfRows = upgradesOf(Object.values(table));

  return {
    initial: Object.freeze(each(({ initial }) => initial)),
    encode(view) {
      const fields = rows.flatMap(([key, field]) => field.encode(view[key]));
      return fields.length === 0 ? '' : join([['v', String(version)], ...fields]);
    },
    decode(text, upgrades = upgradesOfRows) {
      const stated: Dropped[] = [];
      const fields = upgraded(split(text), version, upgrades, (field, problem) => stated.push({ field, problem }));
      const dropped: Dropped[] = [];
      const drop: Drop = (field, problem) => dropped.push({ field, problem });
      const view = each((field) => field.decode(fieldsOf(field, fields), drop));
      for (const [name] of fields)
        if (!rows.some(([, field]) => fieldsOf(field, [[name, '']]).length > 0))
          drop(name, 'is not known to this version');
      // Named in the order in which they stand in the address.
      const place = new Map(fields.map(([name], i) => [name, i]));
      dropped.sort((a, b) => (place.get(a.field) ?? fields.length) - (place.get(b.field) ?? fields.length));
      return { view, dropped: [...stated, ...dropped] };
    },
    forgetLedger: (view) => each((field, key) => forget(field, view[key])),
    fitToLedger(view, events) {
      const fitted = each((field, key) => clamp(field, view[key], events));
      return rows.every(([key]) => Object.is(fitted[key], view[key])) ? view : fitted;
    },
  };
}

/** The steps of all rows; a step of one row leaves the fields of the others alone. */
function upgradesOf(rows: readonly ViewField<unknown>[]): Upgrade {
  const versions = new Set(rows.flatMap(({ upgrade = {} }) => Object.keys(upgrade).map(Number)));
  return Object.fromEntries(
    [...versions].map((version) => [
      version,
      (fields: readonly AddressField[]) =>
        rows.reduce((all, { upgrade }) => (upgrade?.[version] ? upgrade[version](all) : all), fields),
    ]),
  );
}

/** Takes the fields step by step to a version; an address without `v` (written by hand) counts as current. */
function upgraded(
  fields: readonly AddressField[],
  version: number,
  upgrades: Upgrade,
  drop: Drop,
): readonly AddressField[] {
  const stated = fields.find(([name]) => name === 'v')?.[1];
  let rest = fields.filter(([name]) => name !== 'v');
  if (stated === undefined) return rest;
  const written = readIndex(stated);
  if (written === null || written > version) {
    drop('v', `"${stated}" is not a version that this page knows; what it can read of the address is used`);
    return rest;
  }
  for (let step = written; step < version; step += 1) {
    if (!Object.hasOwn(upgrades, step)) {
      drop('v', `there is no step from version ${step}; the address is read as version ${version}`);
      return rest;
    }
    rest = [...upgrades[step](rest)];
  }
  return rest;
}

/** Escapes what would end a field, and keeps the rest readable; half a surrogate pair cannot be escaped. */
const escape = (text: string) =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(/%(2C|3A|2F|40)/g, (code) =>
    decodeURIComponent(code),
  );

function unescape(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

const join = (fields: readonly AddressField[]): string =>
  fields.map(([name, text]) => `${escape(name)}=${escape(text)}`).join('&');

function split(text: string): readonly AddressField[] {
  return text
    .replace(/^[#?]/, '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0
        ? ([unescape(part), ''] as const)
        : ([unescape(part.slice(0, at)), unescape(part.slice(at + 1))] as const);
    });
}

/** Version of the addresses that are written. A change of meaning adds a step to the row that it concerns. */
export const URL_VERSION = 1;

/** The codec of the page's view. */
export const VIEW_CODEC: ViewCodec<ViewState> = createViewCodec(VIEW_FIELDS, URL_VERSION);

export const encodeView = VIEW_CODEC.encode;
export const decodeView = VIEW_CODEC.decode;
