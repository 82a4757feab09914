import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testKernels } from './kernels/testing.ts';
import { nodePlatform } from './ledger/parquet.node.ts';
import { deploy } from './live/deploy.ts';
import { LiveBench, withParameters } from './live/testing.ts';
import { liveTask } from './workers/liveTask.ts';

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

it('the app judges what the sink judged, across bundles too, and says where a commit says otherwise', async () => {
  const events = bench.sample('quick-tour', 2500);
  await bench.feed(events.slice(0, 1500));
  const sink = bench.start();
  await bench.committed();
  const nervous = await bench.tuned(withParameters({ h: 0.5 }));
  await deploy(bench.desk, nervous, { who: 'Ana', reason: '' });
  await bench.feed(events.slice(1500));
  await bench.committed();
  await sink.stop();

  const task = liveTask({ platform: nodePlatform(), loadKernels: () => Promise.resolve(testKernels()) });
  const file = (path: string): Promise<Buffer> => readFile(join(bench.folder, path));
  let raised = 0;
  const broken: string[] = [];
  for (const commit of await bench.commits()) {
    if (commit.kind === 'bundle') {
      const state = await file(`_log/state-${String(commit.number).padStart(20, '0')}.json`);
      await task.judgeFrom((await file(`_log/bundle-${commit.bundle}.json`)).toString(), state.toString());
    }
    if (commit.kind !== 'unit' || commit.bundle === null) continue;
    const files = await Promise.all(
      commit.add.map(async ({ path }) => ({ path, blob: new Blob([new Uint8Array(await file(path))]) })),
    );
    raised += commit.opened.length;
    // One alert is kept from it, and one is made up.
    const isChanged = commit.opened.length > 0 && broken.length === 0;
    const claimed = isChanged
      ? { ...commit, opened: commit.opened.slice(1), closed: [{ ...commit.opened[0], onset: 7, cleared: 9 }] }
      : commit;
    const found = await task.judge(files, claimed);
    if (isChanged) broken.push(...found!);
    else expect(found).toEqual([]);
  }
  expect(raised).toBeGreaterThan(1);
  expect(broken.join('\n')).toMatch(/This tab opens .*; commit \d+ does not/);
  expect(broken.join('\n')).toMatch(/Commit \d+ closes .*onset 7.*; this tab does not/);
});
