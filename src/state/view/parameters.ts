import {
  changedParameters,
  checkParameter,
  DEFAULT_PARAMETERS,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  parseParameters,
  type ParameterName,
  type Parameters,
} from '../../detection/parameters.ts';
import { RETIRED_PARAMETER_NAMES, retiredNotes } from '../../detection/retired.ts';
import { normalBaseline } from '../scenarios.ts';
import type { AddressField, Drop, ViewField } from './field.ts';

/** Names that are gone too: an address that was kept says that they are without effect. */
const ADDRESS_NAMES = [...PARAMETER_NAMES, ...RETIRED_PARAMETER_NAMES];

/** The parameters in force, each under its own name. */
export const parametersField: ViewField<Parameters> = {
  names: ADDRESS_NAMES,
  initial: DEFAULT_PARAMETERS,
  belongsTo: 'page',
  forget: withoutReference,
  encode: (parameters) => encodeParameters('', parameters),
  decode: (fields, drop) => decodeParameters('', fields, drop),
};

/** Before the names of the baseline's parameters. */
const BASELINE = 'base.';

/** What alerts are compared with (null: the default parameters): each parameter under its name behind "base.". */
export const baselineField: ViewField<Parameters | null> = {
  names: ADDRESS_NAMES.map((name) => BASELINE + name),
  initial: null,
  belongsTo: 'page',
  forget: (baseline) => normalBaseline(baseline && withoutReference(baseline)),
  encode: (baseline) => (baseline ? encodeParameters(BASELINE, baseline) : []),
  decode: (fields, drop) => normalBaseline(decodeParameters(BASELINE, fields, drop)),
};

/** A reference range means the events of one ledger. */
function withoutReference(parameters: Parameters): Parameters {
  return { ...parameters, reference_range: null };
}

const encodeParameters = (prefix: string, parameters: Parameters): readonly AddressField[] =>
  Object.entries(changedParameters(parameters)).map(([name, value]) => [
    prefix + name,
    Array.isArray(value) ? value.map((part) => encodeURIComponent(String(part))).join(',') : String(value),
  ]);

function decodeParameters(prefix: string, fields: readonly AddressField[], drop: Drop): Parameters {
  const values: Partial<Record<ParameterName, unknown>> = {};
  for (const [field, text] of fields) {
    const name = field.slice(prefix.length) as ParameterName;
    const isRetired = RETIRED_PARAMETER_NAMES.includes(name);
    const value = isRetired ? text : readParameter(name, text);
    const [retired] = retiredNotes({ [name]: value });
    const problem = retired?.note ?? checkParameter(name, value);
    if (problem) drop(field, problem);
    // A value that is read as another is kept, and said.
    if (!isRetired && (retired || !problem)) values[name] = value;
  }
  return combine(values, prefix, drop);
}

function readParameter(name: ParameterName, text: string): unknown {
  const number = (part: string) => (part.trim() === '' ? Number.NaN : Number(part));
  switch (PARAMETER_SPECS[name].type) {
    case 'number':
      return Number.isNaN(number(text)) ? text : number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'choice':
    case 'column':
      return text;
    case 'names':
      return text === PARAMETER_SPECS[name].default ? text : text.split(',').map(decoded);
    case 'pair':
      return text.split(',').map(number);
  }
}

/** A name as it was; as it stands where it was not encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * Values that are fine one by one may contradict each other: then the fewest of them are dropped, in the order in which
 * they stand.
 */
function combine(values: Partial<Record<ParameterName, unknown>>, prefix: string, drop: Drop): Parameters {
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
    drop(prefix + culprit, parsed.error.map(({ name, problem }) => `${name} ${problem}`).join('; '));
    delete kept[culprit];
  }
}
