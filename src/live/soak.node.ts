import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { loadKernels } from '../kernels/load.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { Intake } from './intake/intake.ts';
import { LedgerEventSchema } from './live_pb.ts';
import { openOutlet } from './outlet.ts';
import { eventRecord, sampleEvents, tickRecord } from './replay.ts';
import { commitAt, newestCommit } from './sink/commitLog.ts';
import { Sink } from './sink/sink.ts';

/**
 * `npm run soak -- [--minutes 30] [--rate 2000] [--kafka HOST:PORT]`: everything of a live ledger in one process, and
 * every 10 s what it took. Events are those of the benign profile, again and again, at the time that it is.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '2000' },
    kafka: { type: 'string' },
  },
});
const [minutes, rate] = [Number(values.minutes), Number(values.rate)];
const EVERY_MS = 10_000;
const TURN_MS = 5;

const root = await mkdtemp(join(tmpdir(), 'tautline-soak-'));
const kernels = await loadKernels();
const say = (sentence: string): unknown => process.stdout.write(`${sentence}\n`);
const kafka = values.kafka ?? null;
const places = { log: kafka === null ? join(root, 'log') : null, kafka, spool: join(root, 'spool') };
const group = `soak-${Date.now()}`;
const outlet = await openOutlet({ group, ...places, say });
const { transport } = outlet;
const ledger = join(root, 'ledger');
const stop = new AbortController();
const sinking = new Sink({ folder: ledger, transport, group, kernels, platform: nodePlatform(), say }).run(stop.signal);
const intake = new Intake({
  append: (event) => outlet.append(eventRecord(event)),
  tick: (micros) => outlet.append(tickRecord(micros)),
});
const sample = sampleEvents(kernels, 'benign');
process.once('SIGINT', () => stop.abort());

let sent = 0;
let took: number[] = [];
const began = performance.now();
let [told, cpu] = [began, process.cpuUsage()];
const partition = await transport.partitionOf('ledger', group);
const at = (share: number): string => `${(1000 * took[Math.floor(share * (took.length - 1))]).toFixed(1)} us`;
while (performance.now() - began < minutes * 60_000 && !stop.signal.aborted) {
  await new Promise((done) => setTimeout(done, TURN_MS));
  const due = ((performance.now() - began) * rate) / 1000;
  for (; sent < due; sent++) {
    const event = create(LedgerEventSchema, {
      ...sample[sent % sample.length],
      ...{ uid: `${group}/${sent}`, sourceMicros: BigInt(Date.now()) * 1000n },
    });
    const before = performance.now();
    intake.record(event);
    took.push(performance.now() - before);
  }
  if (performance.now() - told < EVERY_MS) continue;
  took.sort((a, b) => a - b);
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - told) / 1000;
  const cores = (used.user + used.system) / 1e6 / seconds;
  const committed = (await commitAt(ledger, await newestCommit(ledger)))?.source.to ?? 0;
  const { end } = await transport.range('ledger', partition);
  const { latency } = outlet.metrics;
  const { dropped, waiting } = intake.counts;
  say(
    [
      `${((performance.now() - began) / 60_000).toFixed(1)} min: ${(took.length / seconds).toFixed(0)} events/s`,
      `record() p50 ${at(0.5)} p99 ${at(0.99)}`,
      `append mean ${latency.meanMs?.toFixed(1)} ms p99 to ${latency.p99Ms} ms`,
      `dropped ${dropped}, waiting ${waiting}, behind ${end - committed}`,
      `${cores.toFixed(2)} cores, ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
    ].join('; '),
  );
  [told, cpu, took] = [performance.now(), process.cpuUsage(), []];
}
await intake.close();
stop.abort();
await sinking;
await outlet.close();
await rm(root, { recursive: true, force: true });
