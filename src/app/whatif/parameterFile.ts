import { fieldsOf } from '../../core/fields.ts';
import { save } from '../../charts/takealong/job.ts';
import { parseParameters, type ParameterError, type Parameters } from '../../detection/parameters.ts';
import { retiredNotes } from '../../detection/retired.ts';
import { isExperimentFile, readExperiment, type Experiment } from '../../state/scenarios.ts';
import { err, ok, type Result } from '../../core/result.ts';

/**
 * The parameters as a flat JSON file (docs/methods.md 11), all of them, so that the file says the same when a default
 * changes.
 */
export const parameterFileText = (parameters: Parameters): string => `${JSON.stringify(parameters, null, 2)}\n`;

/** Reads a parameter file; what is wrong comes back by name. */
export function readParameterFile(text: string): Result<Parameters, readonly ParameterError[]> {
  const raw = parse(text);
  return raw.ok ? parseParameters(raw.value) : raw;
}

function parse(text: string): Result<unknown, readonly ParameterError[]> {
  try {
    return ok(JSON.parse(text));
  } catch (thrown) {
    return err([
      { name: '(file)', problem: `is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` },
    ]);
  }
}

/** What a file asks for; `experiment` where it holds scenarios too. */
export interface FileContent {
  readonly parameters: Parameters;
  readonly experiment: Experiment | null;
  /** What of it is retired, as sentences. */
  readonly notes: readonly string[];
}

const notesOf = (raw: unknown): string[] => retiredNotes(raw).map(({ name, note }) => `${name} ${note}.`);

function notesOfExperiment(raw: unknown): readonly string[] {
  const { parameters, baseline, scenarios } = fieldsOf(raw);
  const kept = Array.isArray(scenarios) ? scenarios.map((scenario) => fieldsOf(scenario).parameters) : [];
  return [...new Set([parameters, baseline, ...kept].flatMap(notesOf))];
}

/** Reads a parameter file or one with scenarios. */
export function readFile(text: string): Result<FileContent, readonly ParameterError[]> {
  const raw = parse(text);
  if (!raw.ok) return raw;
  if (isExperimentFile(raw.value)) {
    const read = readExperiment(raw.value);
    return read.ok
      ? ok({ parameters: read.value.parameters, experiment: read.value, notes: notesOfExperiment(raw.value) })
      : read;
  }
  const read = parseParameters(raw.value);
  return read.ok ? ok({ parameters: read.value, experiment: null, notes: notesOf(raw.value) }) : read;
}

/** Hands JSON text, or a blob, to the user as a download. */
export const download = (content: string | Blob, fileName: string): void =>
  save(typeof content === 'string' ? new Blob([content], { type: 'application/json' }) : content, fileName);
