import { parseIso } from '../core/iso.ts';
import { MISSING_PARTITION, normalPart, type LedgerPart } from '../core/part.ts';
import {
  changedParameters,
  checkParameter,
  DEFAULT_PARAMETERS,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  parseParameters,
  type ParameterName,
  type Parameters,
} from '../detection/parameters.ts';
import { ALERT_KINDS, type AlertKind } from '../detection/types.ts';
import { LEDGER_COLUMNS, type ColumnMapping, type LedgerColumnName } from '../ledger/types.ts';
import {
  choicesField,
  EVIDENCE_CHOICES,
  isEvidenceChoice,
  readRange,
  writeRange,
  type EvidenceChoice,
} from './evidenceChoices.ts';
import { normalBaseline } from './scenarios.ts';
import { EVIDENCE_TABS, SCREENS, type AlertColumn, type EvidenceView, type ViewState } from './types.ts';
import { DEFAULT_VIEW } from './view.ts';

/**
 * The view as the text of an address, e.g. `v=1&sample=fracture&axis=time&range=12000-13000&at=12403&lambda_fast=0.3`.
 * Only what differs from the defaults is written; parameters stand under their own names, those of the baseline behind
 * "base.". A part of the ledger is
 * `where.hour=2026-01-05T09` (one field a partition value) and `from=2026-01-05T09:30:00Z`, `to=…`.
 */

export const URL_VERSION = 1;

/** Something of an address that could not be used; the field has its default. */
export interface Dropped {
  readonly field: string;
  readonly problem: string;
}

/** Fields of an address in order; a name may occur more than once. */
type Fields = readonly (readonly [name: string, value: string])[];

/** `upgraders[v]` turns the fields of version v into those of version v + 1. */
export type Upgraders = Readonly<Record<number, (fields: Fields) => Fields>>;

/**
 * Version 1 is the first: nothing to upgrade yet. A change of meaning adds a step here and leaves the old ones alone.
 */
const UPGRADERS: Upgraders = {};

const ALERT_COLUMNS: readonly AlertColumn[] = ['fired', 'onset', 'kind', 'stream', 'lag', 'peak', 'duration'];

/** Before the names of the baseline's parameters. */
const BASELINE = 'base.';
/** Choices within the evidence. */
const EVIDENCE = 'evidence.';
const withoutPrefix = (name: string) => (name.startsWith(BASELINE) ? name.slice(BASELINE.length) : name);

/** Before the names of partitions. */
const WHERE = 'where.';

/** Escapes what would end a field, and keeps the rest readable. */
const escape = (text: string) =>
  encodeURIComponent(text).replace(/%(2C|3A|2F|40)/g, (code) => decodeURIComponent(code));

function unescape(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** '' for the default view. */
export function encodeView(view: ViewState): string {
  const fields: [string, string][] = [];
  const add = (name: string, value: string) => fields.push([name, value]);
  if (view.screen !== DEFAULT_VIEW.screen) add('screen', view.screen);
  if (view.source?.kind === 'sample') add('sample', view.source.name);
  if (view.source?.kind === 'url') add('url', view.source.url);
  if (view.source?.kind === 'file') add('file', view.source.name);
  const part = view.source?.part;
  for (const [key, values] of Object.entries(part?.where ?? {}))
    for (const value of values) add(WHERE + key, value ?? MISSING_PARTITION);
  if (part && part.from !== null) add('from', timeText(part.from));
  if (part && part.to !== null) add('to', timeText(part.to));
  for (const [column, from] of Object.entries(view.mapping ?? {})) add(`map.${column}`, from);
  if (view.mapping && Object.keys(view.mapping).length === 0) add('map', 'none');
  if (view.axis !== DEFAULT_VIEW.axis) add('axis', view.axis);
  if (view.range) add('range', writeRange(view.range));
  for (const stream of view.hiddenStreams) add('hidden', stream);
  if (view.selected !== null) add('at', String(view.selected));
  if (view.evidence)
    add(
      'evidence',
      [view.evidence.event, view.evidence.tab, ...(view.evidence.kind ? [view.evidence.kind] : [])].join(','),
    );
  for (const [choice, value] of Object.entries(view.evidence?.choices ?? {})) add(EVIDENCE + choice, value);
  if (view.theme !== DEFAULT_VIEW.theme) add('theme', view.theme);
  for (const panel of view.foldedPanels) add('folded', panel);
  if (view.alertFilter.kinds) add('alerts', view.alertFilter.kinds.join(',') || 'none');
  if (view.alertFilter.stream !== null) add('alert_stream', view.alertFilter.stream);
  if (!same(view.alertSort, DEFAULT_VIEW.alertSort))
    add('sort', `${view.alertSort.by}${view.alertSort.descending ? ',down' : ''}`);
  const addChanged = (prefix: string, parameters: Parameters) => {
    for (const [name, value] of Object.entries(changedParameters(parameters)))
      add(prefix + name, Array.isArray(value) ? value.join(',') : String(value));
  };
  addChanged('', view.parameters);
  if (view.reference !== null) add('reference', view.reference);
  if (view.baseline) addChanged(BASELINE, view.baseline);
  if (fields.length === 0) return '';
  return [['v', String(URL_VERSION)], ...fields].map(([name, value]) => `${escape(name)}=${escape(value)}`).join('&');
}

/** Never throws: a field that cannot be read keeps its default and is reported. */
export function decodeView(
  text: string,
  upgraders: Upgraders = UPGRADERS,
): { readonly view: ViewState; readonly dropped: readonly Dropped[] } {
  const dropped: Dropped[] = [];
  const fields = upgrade(split(text), upgraders, dropped);
  const view: { -readonly [K in keyof ViewState]: ViewState[K] } = { ...DEFAULT_VIEW };
  const mapping: Partial<Record<LedgerColumnName, string>> = {};
  const parameters: Partial<Record<ParameterName, unknown>> = {};
  const baseline: Partial<Record<ParameterName, unknown>> = {};
  const choices: Partial<Record<EvidenceChoice, string>> = {};
  const part: { where: Record<string, (string | null)[]>; from: number | null; to: number | null } = {
    where: {},
    from: null,
    to: null,
  };
  const drop = (field: string, problem: string) => void dropped.push({ field, problem });

  for (const [name, value] of fields) {
    if (name === 'screen') {
      if (isOneOf(SCREENS, value)) view.screen = value;
      else drop(name, `"${value}" is not a screen`);
    } else if (name === 'sample') view.source = { kind: 'sample', name: value };
    else if (name === 'url') {
      if (isHttpUrl(value)) view.source = { kind: 'url', url: value };
      else drop(name, `"${value}" is not an http or https address`);
    } else if (name === 'file') view.source = { kind: 'file', name: value };
    else if (name.startsWith(WHERE) && name.length > WHERE.length) {
      const key = name.slice(WHERE.length);
      part.where = {
        ...part.where,
        [key]: [...(Object.hasOwn(part.where, key) ? part.where[key] : []), value === MISSING_PARTITION ? null : value],
      };
    } else if (name === 'from' || name === 'to') {
      const time = readTime(value);
      if (time === null) drop(name, `"${value}" is not a time such as 2026-01-05T09:30:00Z`);
      else part[name] = time;
    } else if (name === 'map' && value === 'none') view.mapping = {};
    else if (name.startsWith('map.')) {
      const column = name.slice('map.'.length);
      if (isOneOf(LEDGER_COLUMNS, column)) mapping[column] = value;
      else drop(name, `"${column}" is not a ledger column`);
    } else if (name === 'axis') {
      if (isOneOf(['event', 'time'] as const, value)) view.axis = value;
      else drop(name, `"${value}" is neither event nor time`);
    } else if (name === 'range') {
      const range = readRange(value);
      if (range) view.range = range;
      else drop(name, `"${value}" is not a range of events such as 100-200`);
    } else if (name === 'hidden')
      view.hiddenStreams = [...view.hiddenStreams.filter((stream) => stream !== value), value];
    else if (name === 'at') {
      const index = readIndex(value);
      if (index !== null) view.selected = index;
      else drop(name, `"${value}" is not an event index`);
    } else if (name === 'reference') view.reference = value;
    else if (name === 'evidence') {
      const evidence = readEvidence(value);
      if (evidence) view.evidence = evidence;
      else drop(name, `"${value}" is not an event and a part of the evidence such as 1200,${EVIDENCE_TABS[0]}`);
    } else if (name.startsWith(EVIDENCE)) {
      const choice = name.slice(EVIDENCE.length);
      if (!isEvidenceChoice(choice)) drop(name, `"${choice}" is not a choice of the evidence`);
      else if (EVIDENCE_CHOICES[choice](value)) choices[choice] = value;
      else drop(name, `"${value}" is not a value that it can take`);
    } else if (name === 'theme') {
      if (isOneOf(['dark', 'light', 'system'] as const, value)) view.theme = value;
      else drop(name, `"${value}" is not dark, light or system`);
    } else if (name === 'folded') view.foldedPanels = [...view.foldedPanels.filter((panel) => panel !== value), value];
    else if (name === 'alerts') {
      const kinds = readKinds(value);
      if (kinds) view.alertFilter = { ...view.alertFilter, kinds };
      else drop(name, `"${value}" names a kind of alert that does not exist`);
    } else if (name === 'alert_stream') view.alertFilter = { ...view.alertFilter, stream: value };
    else if (name === 'sort') {
      const [by, direction, ...rest] = value.split(',');
      const known = rest.length === 0 && (direction === undefined || direction === 'down');
      if (known && isOneOf(ALERT_COLUMNS, by)) view.alertSort = { by, descending: direction === 'down' };
      else drop(name, `"${value}" is not a column of the alert table`);
    } else if (isOneOf(PARAMETER_NAMES, withoutPrefix(name))) {
      const own = withoutPrefix(name) as ParameterName;
      const parsed = readParameter(own, value);
      const problem = checkParameter(own, parsed);
      if (problem) drop(name, problem);
      else (own === name ? parameters : baseline)[own] = parsed;
    } else drop(name, 'is not known to this version');
  }
  if (view.evidence) view.evidence = { ...view.evidence, ...choicesField(choices) };
  const chosen = readPart(part, drop);
  if (chosen && view.source) view.source = { ...view.source, part: chosen };
  else if (chosen) drop('where', 'there is no ledger that it is a part of');
  if (Object.keys(mapping).length > 0) view.mapping = mapping satisfies ColumnMapping;
  view.parameters = combine(parameters, '', dropped);
  view.baseline = normalBaseline(combine(baseline, BASELINE, dropped));
  return { view, dropped };
}

function split(text: string): Fields {
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

/** Takes the fields step by step to the current version; a link without `v` (written by hand) counts as current. */
function upgrade(fields: Fields, upgraders: Upgraders, dropped: Dropped[]): Fields {
  const stated = fields.find(([name]) => name === 'v')?.[1];
  let rest: Fields = fields.filter(([name]) => name !== 'v');
  if (stated === undefined) return rest;
  const version = readIndex(stated);
  if (version === null || version > URL_VERSION) {
    dropped.push({
      field: 'v',
      problem: `"${stated}" is not a version that this page knows; what it can read of the address is used`,
    });
    return rest;
  }
  for (let step = version; step < URL_VERSION; step += 1) {
    const next = upgraders[step];
    if (!next) {
      dropped.push({
        field: 'v',
        problem: `there is no step from version ${step}; the address is read as version ${URL_VERSION}`,
      });
      return rest;
    }
    rest = next(rest);
  }
  return rest;
}

const isOneOf = <T extends string>(values: readonly T[], value: string): value is T =>
  (values as readonly string[]).includes(value);

function isHttpUrl(text: string): boolean {
  const base = typeof location === 'undefined' ? undefined : location.href;
  return URL.canParse(text, base) && ['http:', 'https:'].includes(new URL(text, base).protocol);
}

/** The time as ISO 8601 where it is a whole millisecond of a year that has four digits, else as epoch milliseconds. */
function timeText(ms: number): string {
  const date = new Date(ms);
  const iso = Number.isInteger(ms) && !Number.isNaN(date.getTime()) ? date.toISOString().replace(/\.000Z$/, 'Z') : '';
  return parseIso(iso) === ms ? iso : String(ms);
}

function readTime(text: string): number | null {
  const ms = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : parseIso(text);
  return Number.isFinite(ms) ? ms : null;
}

function readPart(part: LedgerPart, drop: (field: string, problem: string) => void): LedgerPart | undefined {
  if (part.from === null || part.to === null || part.from < part.to) return normalPart(part);
  drop('to', `it is not after "from"`);
  return normalPart({ ...part, to: null });
}

function readIndex(text: string): number | null {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : null;
}

function readEvidence(text: string): EvidenceView | null {
  const [at, tab, kind, ...rest] = text.split(',');
  const event = readIndex(at);
  if (event === null || tab === undefined || !isOneOf(EVIDENCE_TABS, tab) || rest.length > 0) return null;
  if (kind === undefined) return { event, tab, kind: null };
  return isOneOf(ALERT_KINDS, kind) ? { event, tab, kind } : null;
}

function readKinds(text: string): readonly AlertKind[] | null {
  if (text === 'none') return [];
  const kinds = text.split(',');
  return kinds.every((kind) => isOneOf(ALERT_KINDS, kind)) ? kinds : null;
}

function readParameter(name: ParameterName, text: string): unknown {
  const number = (part: string) => (part.trim() === '' ? Number.NaN : Number(part));
  switch (PARAMETER_SPECS[name].type) {
    case 'number':
      return Number.isNaN(number(text)) ? text : number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'choice':
      return text;
    case 'pair':
      return text.split(',').map(number);
  }
}

/**
 * Values that are fine one by one may contradict each other: then the fewest of them are dropped, in the order in which
 * they stand.
 */
function combine(values: Partial<Record<ParameterName, unknown>>, prefix: string, dropped: Dropped[]): Parameters {
  const kept = { ...values };
  for (;;) {
    const parsed = parseParameters(kept);
    if (parsed.ok) return parsed.value;
    const names = Object.keys(kept) as ParameterName[];
    const errorsWithout = (name: ParameterName) => {
      const without = parseParameters({ ...kept, [name]: DEFAULT_PARAMETERS[name] });
      return without.ok ? 0 : without.error.length;
    };
    const culprit = names.find((name) => errorsWithout(name) < parsed.error.length) ?? names[0];
    dropped.push({
      field: prefix + culprit,
      problem: parsed.error.map(({ name, problem }) => `${name} ${problem}`).join('; '),
    });
    delete kept[culprit];
  }
}
