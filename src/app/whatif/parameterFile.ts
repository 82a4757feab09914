import { parseParameters, type ParameterError, type Parameters } from '../../detection/parameters.ts';
import { err, type Result } from '../../core/result.ts';

/** The parameters as a flat JSON file (spec 11), all of them, so that the file says the same when a default changes. */
export const parameterFileText = (parameters: Parameters): string => `${JSON.stringify(parameters, null, 2)}\n`;

/** Reads a parameter file; what is wrong comes back by name. */
export function readParameterFile(text: string): Result<Parameters, readonly ParameterError[]> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (thrown) {
    return err([{ name: '(file)', problem: `is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` }]);
  }
  return parseParameters(raw);
}

/** Hands `text` to the user as a download. */
export function download(text: string, fileName: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(url);
}
