import { expect, it } from 'vitest';
import { bundleFromJson, bundleToJson } from '../detection/lab/bundle.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { testKernels } from '../kernels/testing.ts';
import { named, open } from '../ledger/testing.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import { loadBundle, makeBundle } from './bundle.ts';
import { createStages } from './stages.ts';
import { ndjson } from './testing.ts';

const QUIET = { signal: new AbortController().signal, onProgress: () => undefined };
/** Said in both ledgers. */
const SHARED = 'the queue consumer holds its lock across the call';

const texts = (words: readonly string[], shared = SHARED): Promise<OpenedLedger> =>
  open(
    named(
      'a.ndjson',
      ndjson(
        Array.from({ length: 240 }, (_, i) => ({
          event_id: i,
          ts: 1.7e12 + 1000 * i,
          agent_id: i % 2 ? 'a' : 'b',
          text: i % 8 === 0 ? shared : `${words[i % words.length]} ${words[(i * 7 + 3) % words.length]} lock`,
        })),
      ),
    ),
  );

async function firstVector({ embeddings }: Pick<OpenedLedger, 'embeddings'>): Promise<number[]> {
  for await (const { rows, vectors } of embeddings!.batches({})) {
    const at = rows.indexOf(0);
    if (at >= 0) return Array.from(vectors.subarray(at * 64, (at + 1) * 64));
  }
  throw new Error('no vector of the first row');
}

it('a bundle brings its weights of words to another ledger: the same text lies at the same place', async () => {
  const first = await texts(['invoice', 'export', 'queue', 'cache', 'schema']);
  const second = await texts(['lock', 'call', 'consumer', 'holds', 'across', 'refund']);
  const kernels = testKernels();
  const stages = createStages(kernels.fork(), first);
  const analysis = await stages.run(DEFAULT_PARAMETERS, QUIET);
  const options = { comparedWith: null, embedderReference: 2000, characteristics: null, labels: [] };
  const made = await makeBundle(first, analysis, stages.detector, options);
  const bundle = bundleFromJson(bundleToJson(made), 'bundle.json');

  const [own, other] = [await firstVector(first), await firstVector(second)];
  expect(other).not.toEqual(own);
  const loaded = await loadBundle(bundle, second);
  expect(await firstVector(loaded.ledger)).toEqual(own);
  expect(loaded.ledger.report.probe).toBe(bundle.embedder.probe);
  expect(loaded.warnings.join(' ')).toContain('made on another ledger');
  expect(loaded.warnings.join(' ')).not.toContain('distances between them mean little');
  // A bundle made there goes on with the same words.
  expect(loaded.ledger.embeddings!.builtIn!.frequencies()).toEqual(bundle.embedder.frequencies);
  // On its own ledger nothing is embedded again.
  const again = await loadBundle(bundle, first);
  expect([again.original, again.ledger]).toEqual([true, first]);

  const without = { ...bundle, embedder: { ...bundle.embedder, frequencies: null } };
  expect((await loadBundle(without, second)).warnings.join(' ')).toContain('distances between them mean little');
});
