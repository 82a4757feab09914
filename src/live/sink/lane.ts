import { createHash } from 'node:crypto';
import type { LedgerEvent } from '../live_pb.ts';

/**
 * Threshold of consistent probability sampling (OpenTelemetry, tracestate "ot=th:"), which rejects below it: 5 % of 56
 * bits are taken. A lane of 1 % lies within one of 5 %.
 */
export const SHADOW_TH = 'f333333333333';
const BITS = 56n;
const HEX = 14;
const THRESHOLD = BigInt(`0x${SHADOW_TH.padEnd(HEX, '0')}`);

/** Never taken: what people depend on at once. */
const isCritical = ({ critical, autonomyLevel, outcome }: LedgerEvent): boolean =>
  critical || autonomyLevel === 3 || outcome === 'escalated';

/** 56 random bits of a conversation, the same wherever they are asked for; of an event without one its own. */
function randomness(salt: string, { threadId, samplingRv, uid }: LedgerEvent): bigint {
  if (threadId === undefined && samplingRv !== undefined && /^[0-9a-f]{14}$/.test(samplingRv))
    return BigInt(`0x${samplingRv}`);
  const hash = createHash('sha256')
    .update(`${salt}/${threadId ?? uid}`)
    .digest();
  return hash.readBigUInt64BE(0) >> (64n - BITS);
}

/** Whether the shadow lane takes an event: whole conversations, by the candidate's hash; what its sender said holds. */
export const isTaken = (candidate: string, event: LedgerEvent): boolean =>
  event.shadow ?? (!isCritical(event) && randomness(candidate, event) >= THRESHOLD);
