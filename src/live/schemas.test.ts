import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import protobuf from 'protobufjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { deploy, propose } from './deploy.ts';
import { LiveBench, withParameters } from './testing.ts';

let bench: LiveBench;
beforeEach(async () => {
  bench = await LiveBench.open();
});
afterEach(() => bench.close());

const published = (name: string): Promise<string> =>
  readFile(new URL(`../../public/schema/${name}`, import.meta.url), 'utf8');

it('what is written is as the published schemas say: commits of every kind, and records of the log', async () => {
  const events = bench.sample('quick-tour', 2500);
  await bench.feed(events.slice(0, 1500));
  const sink = bench.start();
  await bench.committed();
  const decider = { who: 'Ana', reason: 'why' };
  await deploy(bench.desk, await bench.tuned(withParameters({ h: 0.5 })), decider);
  await propose(bench.desk, await bench.tuned(withParameters({ h: 0.6 })), decider);
  await bench.feed(events.slice(1500));
  await bench.committed();
  await sink.stop();

  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(await published('commit.schema.json')) as object,
  );
  const commits = await bench.commits();
  for (const commit of commits) expect(validate(commit), JSON.stringify(validate.errors)).toBe(true);
  expect(new Set(commits.map(({ kind }) => kind))).toEqual(new Set(['claim', 'unit', 'bundle', 'control']));
  expect(commits.some(({ opened }) => opened.length > 0)).toBe(true);
  expect(commits.some(({ beside }) => beside !== null)).toBe(true);
  expect(validate({ ...commits[0], kind: 'other' })).toBe(false);

  // By a reader that knows the .proto alone: nothing is left over, and the same bytes come back.
  const records = protobuf.parse(await published('live.proto')).root.lookupType('tautline.live.v1.LedgerRecord');
  const kinds = new Map<string, number>();
  const { end } = await bench.log.range('ledger', 0);
  const over = new AbortController();
  for await (const batch of bench.log.read('ledger', 0, 0, { signal: over.signal })) {
    for (const { value, offset } of batch) {
      const record = records.decode(value) as protobuf.Message & { readonly what: string };
      expect(Buffer.from(records.encode(record).finish()).equals(Buffer.from(value)), `record ${offset}`).toBe(true);
      kinds.set(record.what, (kinds.get(record.what) ?? 0) + 1);
      if (offset === end - 1) over.abort();
    }
  }
  expect(Object.fromEntries(kinds)).toEqual({ event: 2500, tick: 2, control: 2 });
});
