import { createRequire } from 'node:module';
import { TautlineFailure } from '../core/errors.ts';
import type { KafkaClient } from './kafka/client.ts';

/** The Kafka client, which has a package of its own; from the bundle of the command line too, which is as deep. */
export function loadKafkaClient(): KafkaClient {
  try {
    const require = createRequire(new URL('../../src/live/kafka/package.json', import.meta.url));
    return require('@confluentinc/kafka-javascript') as KafkaClient;
  } catch (thrown) {
    throw new TautlineFailure({
      kind: 'parameter',
      name: 'kafka',
      problem: `the Kafka client is not installed (${(thrown as Error).message.split('\n')[0]})`,
      advice: 'Run "npm ci --prefix src/live/kafka"; docs/live.md says what to do where it has to be built.',
    });
  }
}
