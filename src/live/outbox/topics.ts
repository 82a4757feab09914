import { AppendError, type Transport } from '../transport.ts';
import type { Target } from './outbox.ts';

const JSON_EVENT = { 'content-type': 'application/cloudevents+json; charset=utf-8' };

/** The topics of alerts and of decisions: brokers that are gone are waited for, what they refuse is given up. */
export const topicTarget = (transport: Pick<Transport, 'append'>): Target => ({
  name: 'topics',
  from: 'beginning',
  topics: ['alerts', 'control'],
  async send({ topic, key, event }) {
    try {
      const value = new TextEncoder().encode(JSON.stringify(event));
      await transport.append(topic, { key, value, headers: JSON_EVENT });
      return { kind: 'sent' };
    } catch (thrown) {
      const isRefused = thrown instanceof AppendError && thrown.failure.kind === 'refused';
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return { kind: 'failed', reason, tries: isRefused ? 1 : Infinity };
    }
  },
});
