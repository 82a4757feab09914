import { shown } from '../core/printable.ts';
import { err, ok, type Result } from '../core/result.ts';
import {
  changedParameters,
  PARAMETER_NAMES,
  parseParameters,
  type ParameterError,
  type Parameters,
} from '../detection/parameters.ts';

/** A set of parameters under a name. */
export interface Scenario {
  readonly name: string;
  readonly parameters: Parameters;
  /** Parameters that this version does not know, as they were read: not in force, but kept. */
  readonly unknown?: Readonly<Record<string, unknown>>;
}

/**
 * What undo and redo go through: the candidate, what it is compared with (null: the defaults), and the scenarios kept.
 */
export interface Experiment {
  readonly parameters: Parameters;
  readonly baseline: Parameters | null;
  readonly scenarios: readonly Scenario[];
}

export const MAX_NAME = 60;

function sameValue(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((item, i) => Object.is(item, b[i]));
}

const sameParameters = (a: Parameters, b: Parameters): boolean =>
  a === b || PARAMETER_NAMES.every((name) => sameValue(a[name], b[name]));

/** A baseline as the view holds it: null if it is the defaults. */
export const normalBaseline = (parameters: Parameters | null): Parameters | null =>
  parameters && Object.keys(changedParameters(parameters)).length > 0 ? parameters : null;

/** Takes a set in under a name; one that has the name is replaced in its place. */
export const keepScenario = (
  scenarios: readonly Scenario[],
  name: string,
  parameters: Parameters,
): readonly Scenario[] => keepScenarios(scenarios, [{ name, parameters }]);

/** Takes scenarios in one after the other; those without a name are left out. */
export function keepScenarios(scenarios: readonly Scenario[], added: readonly Scenario[]): readonly Scenario[] {
  const named = added.map((scenario) => ({ ...scenario, name: tidyName(scenario.name) }));
  const kept = named.filter(({ name }) => name !== '');
  if (kept.length === 0) return scenarios;
  // A name that is there already keeps its place.
  return [...new Map([...scenarios, ...kept].map((scenario) => [scenario.name, scenario])).values()];
}

/** Another name; a name that is taken or empty changes nothing. */
export function renameScenario(scenarios: readonly Scenario[], from: string, to: string): readonly Scenario[] {
  const name = tidyName(to);
  if (name === '' || scenarios.some((s) => s.name === name)) return scenarios;
  return scenarios.map((s) => (s.name === from ? { ...s, name } : s));
}

export const deleteScenario = (scenarios: readonly Scenario[], name: string): readonly Scenario[] =>
  scenarios.filter((s) => s.name !== name);

/**
 * A list with what has changed between two others: scenarios that came or became different are taken in, those that
 * went go. What the list itself has changed of them since `before` stays.
 */
export function withChanges(
  scenarios: readonly Scenario[],
  before: readonly Scenario[],
  after: readonly Scenario[],
): readonly Scenario[] {
  const textsOf = (list: readonly Scenario[]) => new Map(list.map((item) => [item.name, JSON.stringify(item)]));
  const [own, was, is] = [scenarios, before, after].map(textsOf);
  const untouched = (name: string): boolean => own.get(name) === was.get(name);
  const left = scenarios.filter(({ name }) => is.has(name) || !was.has(name) || !untouched(name));
  const changed = after.filter(({ name }) => is.get(name) !== was.get(name) && untouched(name));
  return left.length === scenarios.length && changed.length === 0 ? scenarios : keepScenarios(left, changed);
}

/** The scenario that these parameters are; null if none is. */
export const scenarioOf = (scenarios: readonly Scenario[], parameters: Parameters): Scenario | null =>
  scenarios.find((s) => sameParameters(s.parameters, parameters)) ?? null;

/** A name on offer that is not taken: "h 7, κ 0.8" of what was changed. */
export function suggestName(scenarios: readonly Scenario[], parameters: Parameters): string {
  const changed = Object.entries(changedParameters(parameters)).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join('–') : String(value)}`,
  );
  const base = tidyName(
    changed.length === 0
      ? 'defaults'
      : changed.length <= 3
        ? changed.join(', ')
        : `${changed.slice(0, 2).join(', ')} and ${changed.length - 2} more`,
  );
  const taken = new Set(scenarios.map((s) => s.name));
  for (let i = 1; ; i += 1) {
    const name = i === 1 ? base : `${base} (${i})`;
    if (!taken.has(name)) return name;
  }
}

/** What alerts are compared with, in words that go after "against". */
export function againstName(scenarios: readonly Scenario[], baseline: Parameters | null): string {
  if (!baseline) return 'the defaults';
  const name = scenarioOf(scenarios, baseline)?.name;
  return name === undefined ? 'the parameters it came with' : `“${name}”`;
}

const tidyName = (name: string): string => name.trim().replace(/\s+/g, ' ').slice(0, MAX_NAME).trim();

const FORMAT = 'tautline-scenarios';

/** The whole experiment as a file: a parameter file (docs/methods.md 11) holds one set, this one all of them. */
export const experimentFileText = ({ parameters, baseline, scenarios }: Experiment): string =>
  `${JSON.stringify({ format: FORMAT, version: 1, parameters, baseline, scenarios }, null, 2)}\n`;

/** True of the content of a file that `readExperiment` reads, false of a plain parameter file. */
export const isExperimentFile = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && (raw as { format?: unknown }).format === FORMAT;

/** Reads what `experimentFileText` wrote; what is wrong comes back by name ("scenarios[2].h"). */
export function readExperiment(raw: unknown): Result<Experiment, readonly ParameterError[]> {
  const { version, parameters, baseline, scenarios } = raw as Readonly<Record<string, unknown>>;
  if (version !== 1) return err([{ name: 'version', problem: `is ${shown(version)}, this page reads 1` }]);
  const own = read(parameters, 'parameters');
  const base = baseline === null || baseline === undefined ? ok<Parameters | null>(null) : read(baseline, 'baseline');
  const list = readScenarios(scenarios ?? []);
  const errors = [own, base, list].flatMap((part) => (part.ok ? [] : part.error));
  if (!own.ok || !base.ok || !list.ok) return err(errors);
  return ok({ parameters: own.value, baseline: normalBaseline(base.value), scenarios: list.value });
}

/** Reads the scenarios of a file: all of them, or every problem by name. */
function readScenarios(raw: unknown): Result<readonly Scenario[], readonly ParameterError[]> {
  if (!Array.isArray(raw)) return err([{ name: 'scenarios', problem: 'is not a list' }]);
  const items = raw.map((item: unknown, i) => readScenario(item, `scenarios[${i}]`));
  const errors = items.flatMap((item) => (item.ok ? [] : item.error));
  if (errors.length > 0) return err(errors);
  return ok(
    keepScenarios(
      [],
      items.flatMap((item) => (item.ok ? [item.value] : [])),
    ),
  );
}

/** @param where what the scenario is called in problems: "scenarios[2]" */
export function readScenario(item: unknown, where: string): Result<Scenario, readonly ParameterError[]> {
  const { name, parameters, unknown } = (item ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || tidyName(name) === '')
    return err([{ name: `${where}.name`, problem: 'is not a name' }]);
  const { known, others } = split(isObject(unknown) ? unknown : {});
  // What an earlier version did not know this one may.
  const parsed = read(isObject(parameters) ? { ...known, ...parameters } : parameters, where);
  if (!parsed.ok) return parsed;
  return ok({
    name: tidyName(name),
    parameters: parsed.value,
    ...(Object.keys(others).length > 0 && { unknown: others }),
  });
}

export const isObject = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

/** Parameters that this version knows, and all others. */
export function split(raw: Readonly<Record<string, unknown>>): {
  readonly known: Readonly<Record<string, unknown>>;
  readonly others: Readonly<Record<string, unknown>>;
} {
  const isKnown = ([name]: readonly [string, unknown]) => (PARAMETER_NAMES as readonly string[]).includes(name);
  const entries = Object.entries(raw);
  return {
    known: Object.fromEntries(entries.filter(isKnown)),
    others: Object.fromEntries(entries.filter((entry) => !isKnown(entry))),
  };
}

function read(raw: unknown, where: string): Result<Parameters, readonly ParameterError[]> {
  const parsed = parseParameters(raw);
  return parsed.ok
    ? parsed
    : err(parsed.error.map(({ name, problem }) => ({ name: name === '(file)' ? where : `${where}.${name}`, problem })));
}
