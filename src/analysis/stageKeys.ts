import type { IndexRange } from '../core/columns.ts';
import {
  DEFAULT_PARAMETERS,
  PARAMETER_NAMES,
  PARAMETER_SPECS,
  type Parameters,
  type Stage,
} from '../detection/parameters.ts';
import type { RunOptions } from './analysis.ts';

/** What stages are cached by, and parts of their work. */

const namesOf = (stage: Stage) => PARAMETER_NAMES.filter((name) => PARAMETER_SPECS[name].stage === stage);
export const NAMES: Readonly<Record<Stage, ReturnType<typeof namesOf>>> = {
  projection: namesOf('projection'),
  signals: namesOf('signals'),
  changes: namesOf('changes'),
  decisions: namesOf('decisions'),
};
export const keyOf = (stage: Stage, parameters: Parameters) =>
  JSON.stringify(NAMES[stage].map((name) => parameters[name]));

/**
 * What alerts are compared with, so that those of both are positions in the same events: the chosen parameters on the
 * streams of `parameters`, or the default ones on its whole projection.
 */
export function baselineOf(parameters: Parameters, chosen: Parameters | null = null): Parameters {
  if (chosen) return { ...chosen, stream: parameters.stream };
  const own = Object.fromEntries(NAMES.projection.map((name) => [name, parameters[name]]));
  return { ...DEFAULT_PARAMETERS, ...own };
}

/** A range cut to n events; nothing of null. */
export const within = (range: IndexRange | null, n: number): IndexRange => ({
  from: Math.min(range?.from ?? 0, n),
  to: Math.min(range?.to ?? 0, n),
});

/** Progress of a part of the work as progress of the whole. */
export function part({ signal, onProgress }: RunOptions, from: number, to: number): RunOptions {
  return {
    signal,
    onProgress: (progress) => onProgress({ ...progress, fraction: from + (to - from) * progress.fraction }),
  };
}
