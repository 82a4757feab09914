import { TautlineFailure } from '../../core/errors.ts';
import type { OffsetRange } from '../transport.ts';
import { isRefused, type KafkaError } from './client.ts';

export const noBroker = (place: string, thrown: unknown): NoBroker =>
  new NoBroker({
    kind: 'parameter',
    name: 'kafka',
    problem: `no broker answers at ${place} (${thrown instanceof Error ? thrown.message : String(thrown)})`,
    advice: 'Start Kafka, or name another one of its brokers as HOST:PORT.',
  });

class NoBroker extends TautlineFailure {}

/** Whatever brokers have not said for good: they may be starting, or gone. */
export const isWaitedFor = (thrown: unknown): boolean =>
  thrown instanceof NoBroker || (!(thrown instanceof TautlineFailure) && !isRefused(thrown as KafkaError));

export const reasonOf = (thrown: unknown): string =>
  thrown instanceof NoBroker && 'problem' in thrown.error
    ? thrown.error.problem
    : thrown instanceof Error
      ? thrown.message
      : String(thrown);

export function noTopic(name: string, place: string): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `the topic ${name} is not at ${place}`,
    advice: 'Create it, or let tautline do so: docs/live.md has the settings.',
  });
}

export function otherTopic(name: string, place: string): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `the topic ${name} at ${place} was deleted, or made anew, while it was read`,
    advice: 'Begin a new ledger, or restore the topic: what lies between would be missing.',
  });
}

export function notKept(name: string, offset: number, { first, end }: OffsetRange): TautlineFailure {
  return new TautlineFailure({
    kind: 'ledger',
    problem: `the topic ${name} has no offset ${offset}: it keeps ${first} to ${end}`,
    advice:
      offset < first
        ? 'Retention has passed what was to be read: begin a new ledger, and let the topic keep more.'
        : 'The topic is another one than the ledger was written from: begin a new ledger, or restore the topic.',
  });
}
