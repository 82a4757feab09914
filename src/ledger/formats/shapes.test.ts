import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { collector, failure, named, open } from '../testing.ts';
const load = (name: string) => named(name, readFileSync(new URL(`../fixtures/shapes/${name}`, import.meta.url)));
it.each([
  'otlp_pretty.json',
  'otlp.jsonl',
  'sdk_console.json',
  'js_readable.json',
  'langfuse_api.json',
  'langfuse_screen.csv',
  'langsmith_bulk.parquet',
  'phoenix_spans.parquet',
  'tau2_bench.json',
  'sharegpt.json',
])('%s', async (n) => {
  const sink = collector();
  const { report } = await open(load(n), { sink }).catch(async (e) => {
    console.log(n, e.message);
    throw e;
  });
  console.log(
    n,
    report.events,
    report.rowsRead,
    report.notes,
    JSON.stringify(report.mapping),
    JSON.stringify(sink.rows[0], (_, v) => (typeof v === 'bigint' ? String(v) : v)),
  );
});
