import { TautlineFailure } from '../core/errors.ts';
import { loadKernels } from '../kernels/load.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { openKafka } from './kafka/kafka.ts';
import { loadKafkaClient } from './kafkaClient.ts';
import { openLocalLog } from './log/localLog.ts';
import { Outbox, type OutboxPoint } from './outbox/outbox.ts';
import { webhookTarget } from './outbox/webhook.ts';
import { Sink, type SinkPoint } from './sink/sink.ts';

export type KillPoint = SinkPoint | OutboxPoint;

/** What a process of tests is told: where to sink, and when it kills itself. */
export interface Killed {
  readonly log: string | null;
  readonly kafka: string | null;
  readonly ledger: string;
  readonly group: string;
  readonly unitRows: number;
  /** The process kills itself (SIGKILL) when it comes to the point for this time; null: others do. */
  readonly point: KillPoint | null;
  readonly nth: number;
  /** Where alerts are sent; absent: nowhere. */
  readonly webhook?: string;
}

const { log, kafka, ledger, group, unitRows, point, nth, webhook } = JSON.parse(process.argv[2]) as Killed;
let left = nth;
const at = (reached: KillPoint): void => {
  if (reached === 'claimed') process.stdout.write('claimed\n');
  if (reached === point && --left === 0) process.kill(process.pid, 'SIGKILL');
};
const kernels = await loadKernels();
const transport =
  log === null ? await openKafka(loadKafkaClient(), { brokers: kafka! }) : await openLocalLog(log, { append: false });
const sink = new Sink({
  ...{ folder: ledger, transport, group, kernels, platform: nodePlatform(), unitRows },
  unitMs: 30,
  stateEvery: 3,
  at,
});
if (webhook !== undefined) {
  const target = webhookTarget({ url: new URL(webhook), secrets: [new Uint8Array(24)] });
  const outbox = new Outbox({ ...{ folder: ledger, group, target, at }, firstMs: 20 });
  await outbox.begin();
  void outbox.run(new AbortController().signal);
}
await sink.run(new AbortController().signal).catch((thrown: unknown) => {
  process.stderr.write(thrown instanceof TautlineFailure ? JSON.stringify(thrown.error) : String(thrown));
  process.exit(1);
});
