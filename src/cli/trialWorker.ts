import { parentPort } from 'node:worker_threads';
import { toTautlineError, type TautlineError } from '../core/errors.ts';
import { runTrial, type Trial, type TrialResult } from '../harness/trial.ts';
import { loadKernels } from '../kernels/load.node.ts';

/** What a worker answers to a trial. */
export type TrialAnswer = { readonly result: TrialResult } | { readonly error: TautlineError };

const kernels = loadKernels();
// A worker that cannot start answers its first trial with why.
kernels.catch(() => undefined);

parentPort?.on('message', (trial: Trial) => {
  const answer = (message: TrialAnswer) => parentPort?.postMessage(message);
  kernels
    .then((loaded) => runTrial(loaded, trial))
    .then(
      (result) => answer({ result }),
      (thrown: unknown) => answer({ error: toTautlineError(thrown, `trial ${trial.case} of seed ${trial.seed}`) }),
    );
});
