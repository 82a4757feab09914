import { err, ok, type Result } from '../core/result.ts';
import { changedParameters, parseParameters, type ParameterError, type Parameters } from '../detection/parameters.ts';

/** A set of parameters under a name. */
export interface Scenario {
  readonly name: string;
  readonly parameters: Parameters;
}

/**
 * What undo and redo go through: the candidate, what it is compared with (null: the defaults), and the scenarios kept.
 */
export interface Bench {
  readonly parameters: Parameters;
  readonly baseline: Parameters | null;
  readonly scenarios: readonly Scenario[];
}

export const MOST_NAME = 60;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A baseline as the view holds it: null where it is the defaults. */
export const normalBaseline = (parameters: Parameters | null): Parameters | null =>
  parameters && Object.keys(changedParameters(parameters)).length > 0 ? parameters : null;

/** Takes a set in under a name; one that has the name is replaced in its place. */
export function keepScenario(
  scenarios: readonly Scenario[],
  name: string,
  parameters: Parameters,
): readonly Scenario[] {
  const kept = { name: tidyName(name), parameters };
  if (kept.name === '') return scenarios;
  return scenarios.some((s) => s.name === kept.name)
    ? scenarios.map((s) => (s.name === kept.name ? kept : s))
    : [...scenarios, kept];
}

/** Another name; a name that is taken or empty changes nothing. */
export function renameScenario(scenarios: readonly Scenario[], from: string, to: string): readonly Scenario[] {
  const name = tidyName(to);
  if (name === '' || scenarios.some((s) => s.name === name)) return scenarios;
  return scenarios.map((s) => (s.name === from ? { ...s, name } : s));
}

export const deleteScenario = (scenarios: readonly Scenario[], name: string): readonly Scenario[] =>
  scenarios.filter((s) => s.name !== name);

/** The scenario that these parameters are; null where none is. */
export const scenarioOf = (scenarios: readonly Scenario[], parameters: Parameters): Scenario | null =>
  scenarios.find((s) => same(s.parameters, parameters)) ?? null;

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
  for (let i = 1; ; i += 1) {
    const name = i === 1 ? base : `${base} (${i})`;
    if (!scenarios.some((s) => s.name === name)) return name;
  }
}

/** What alerts are compared with, in words that go after "against". */
export function againstName(scenarios: readonly Scenario[], baseline: Parameters | null): string {
  if (!baseline) return 'the defaults';
  const name = scenarioOf(scenarios, baseline)?.name;
  return name === undefined ? 'the parameters of the link' : `“${name}”`;
}

const tidyName = (name: string): string => name.trim().replace(/\s+/g, ' ').slice(0, MOST_NAME).trim();

const FORMAT = 'tautline-scenarios';

/** The whole bench as a file: a parameter file (spec 11) holds one set, this one all of them. */
export const benchFileText = ({ parameters, baseline, scenarios }: Bench): string =>
  `${JSON.stringify({ format: FORMAT, version: 1, parameters, baseline, scenarios }, null, 2)}\n`;

/** True of the content of a file that `readBench` reads, false of a plain parameter file. */
export const isBenchFile = (raw: unknown): boolean =>
  typeof raw === 'object' && raw !== null && (raw as { format?: unknown }).format === FORMAT;

/** Reads what `benchFileText` wrote; what is wrong comes back by name ("scenarios[2].h"). */
export function readBench(raw: unknown): Result<Bench, readonly ParameterError[]> {
  const { version, parameters, baseline, scenarios } = raw as Readonly<Record<string, unknown>>;
  if (version !== 1) return err([{ name: 'version', problem: `is ${JSON.stringify(version)}, this page reads 1` }]);
  const own = read(parameters, 'parameters');
  const base = baseline === null || baseline === undefined ? ok<Parameters | null>(null) : read(baseline, 'baseline');
  const list = readScenarios(scenarios ?? []);
  const errors = [own, base, list].flatMap((part) => (part.ok ? [] : part.error));
  if (!own.ok || !base.ok || !list.ok) return err(errors);
  return ok({ parameters: own.value, baseline: normalBaseline(base.value), scenarios: list.value });
}

/** Reads a list of scenarios, of a file or of the browser's storage. */
function readScenarios(raw: unknown): Result<readonly Scenario[], readonly ParameterError[]> {
  if (!Array.isArray(raw)) return err([{ name: 'scenarios', problem: 'is not a list' }]);
  const errors: ParameterError[] = [];
  let scenarios: readonly Scenario[] = [];
  raw.forEach((item: unknown, i) => {
    const { name, parameters } = (item ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || tidyName(name) === '') {
      errors.push({ name: `scenarios[${i}].name`, problem: 'is not a name' });
      return;
    }
    const parsed = read(parameters, `scenarios[${i}]`);
    if (parsed.ok) scenarios = keepScenario(scenarios, name, parsed.value);
    else errors.push(...parsed.error);
  });
  return errors.length > 0 ? err(errors) : ok(scenarios);
}

function read(raw: unknown, where: string): Result<Parameters, readonly ParameterError[]> {
  const parsed = parseParameters(raw);
  return parsed.ok
    ? parsed
    : err(parsed.error.map(({ name, problem }) => ({ name: name === '(file)' ? where : `${where}.${name}`, problem })));
}

/** Where scenarios outlive the page. */
export interface ScenarioStorage {
  read(): readonly Scenario[];
  write(scenarios: readonly Scenario[]): void;
}

const KEY = 'tautline.scenarios';

/** The browser's storage. What cannot be read any more (of a later version) is left alone until something is kept. */
export function browserScenarios(): ScenarioStorage {
  return {
    read() {
      try {
        const parsed = readScenarios(JSON.parse(localStorage.getItem(KEY) ?? '[]'));
        return parsed.ok ? parsed.value : [];
      } catch {
        return [];
      }
    },
    write(scenarios) {
      try {
        localStorage.setItem(KEY, JSON.stringify(scenarios));
      } catch {
        // Storage is refused in private windows: scenarios then last as long as the page.
      }
    },
  };
}

/** Scenarios that go with the page. */
export const passingScenarios = (): ScenarioStorage => ({ read: () => [], write: () => undefined });
