import type { LiveMetrics } from '../producer/metrics.ts';
import type { Transport } from '../transport.ts';
import { Outbox } from './outbox.ts';
import { topicTarget } from './topics.ts';
import { webhookTarget, type Webhook } from './webhook.ts';

export interface OutboxesOptions {
  readonly folder: string;
  readonly group: string;
  readonly transport: Pick<Transport, 'append' | 'kind'>;
  /** Null: none. */
  readonly webhook: Webhook | null;
  readonly metrics: LiveMetrics;
  readonly say: (sentence: string) => void;
}

/** Everything that is told of a ledger outside it. */
export interface Outboxes {
  /** By target. */
  health(): Readonly<Record<string, object>>;
  /** Why something was not sent; null: all was. */
  problem(): string | null;
  run(signal: AbortSignal): Promise<unknown>;
}

/** Notes where each begins: before the sink does. Topics are those of Kafka: nobody else reads a log of one's own. */
export async function openOutboxes(options: OutboxesOptions): Promise<Outboxes> {
  const { folder, group, transport, webhook, metrics, say } = options;
  const targets = [
    ...(transport.kind === 'kafka' ? [topicTarget(transport)] : []),
    ...(webhook ? [webhookTarget(webhook)] : []),
  ];
  const outboxes = targets.map((target) => ({ target, outbox: new Outbox({ folder, group, target, say }) }));
  for (const { target, outbox } of outboxes) {
    await outbox.begin();
    const { name } = target;
    metrics.gauge(`${name}_sent`, `Events that ${name} took`, () => outbox.health.sent);
    metrics.gauge(`${name}_retried`, `Tries that ${name} did not take`, () => outbox.health.retried);
    metrics.gauge(`${name}_lost`, `Events given up for ${name}`, () => outbox.health.lost);
    metrics.gauge(
      `${name}_waiting_seconds`,
      `How long ${name} has not taken the event that is tried at present`,
      () => outbox.health.waitingMs / 1000,
    );
  }
  return {
    health: () => Object.fromEntries(outboxes.map(({ target, outbox }) => [target.name, outbox.health])),
    problem: () => outboxes.map(({ outbox }) => outbox.broken).find((problem) => problem !== null) ?? null,
    run: (signal) => Promise.all(outboxes.map(({ outbox }) => outbox.run(signal))),
  };
}
