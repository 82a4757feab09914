import { openMulberry32 } from '../core/random.ts';
import type { LedgerSource } from '../ledger/types.ts';

const WORDS = 'the a please check your order and we will ship it to you now because I have not seen that before'.split(
  ' ',
);

export interface ChangingRow {
  readonly event_id: number;
  readonly provider_id: string;
  readonly thread_id: string;
  readonly role: string;
  readonly text: string;
  readonly latency_ms: number;
  readonly label: string;
}

/**
 * Rows of a ledger of three streams, `a`, `b` and `c` in turn, in conversations of some six messages. From event
 * `change` on `b` writes three times as much, and `c` the same in bold.
 */
export function changingRows(n: number, change: number, seed = 5): ChangingRow[] {
  const random = openMulberry32(seed);
  const thread = [0, 0, 0];
  return Array.from({ length: n }, (_, i): ChangingRow => {
    const s = i % 3;
    if (random() < 0.17) thread[s]++;
    const changed = i >= change && s > 0;
    const length = (6 + Math.floor(8 * random())) * (changed && s === 1 ? 3 : 1);
    const words = Array.from({ length }, () => WORDS[Math.floor(random() * WORDS.length)]);
    // Bold takes the place of as many letters.
    const text = changed && s === 2 ? `**${words.join(' ').slice(4)}**` : words.join(' ');
    return {
      event_id: i,
      provider_id: 'abc'[s],
      thread_id: `${'abc'[s]}-${thread[s]}`,
      role: 'assistant',
      text,
      latency_ms: 100 * Math.exp(0.3 * random()),
      label: changed ? 'changed' : '',
    };
  });
}

/** As a file of lines. */
export const ndjson = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

export interface ChangedRow {
  readonly event_id: number;
  readonly provider_id: string;
  readonly thread_id: string;
  readonly role: string;
  readonly text: string | null;
  readonly output_tokens: number | null;
  readonly latency_ms: number;
  readonly outcome: string | null;
}

const OTHER = 'quantum lattice boson spectral hamiltonian entropy tensor manifold gauge vacuum'.split(' ');
/** From here on stream b writes in bold and shouts, speaks of other things, and takes its time. */
export const CHANGED_FROM = 700;

/** Three streams in conversations of some six messages; `b` changes for good. */
export function changedRows(n: number): ChangedRow[] {
  const random = openMulberry32(11);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
  const thread = [0, 0, 0];
  return Array.from({ length: n }, (_, i): ChangedRow => {
    const s = i % 3;
    if (random() < 0.17) thread[s]++;
    const changed = s === 1 && i >= CHANGED_FROM;
    const words = Array.from({ length: 8 + Math.floor(12 * random()) }, () =>
      pick(changed && random() < 0.6 ? OTHER : WORDS),
    );
    const text = changed ? `**${words.join(' ')}**!` : `${words.join(' ')}${random() < 0.3 ? '?' : '.'}`;
    return {
      event_id: i,
      provider_id: 'abc'[s],
      thread_id: `${'abc'[s]}-${thread[s]}`,
      role: random() < 0.05 ? 'tool' : 'assistant',
      text: random() < 0.02 ? null : text,
      output_tokens: random() < 0.1 ? null : Math.round((changed ? 90 : 30) * Math.exp(0.3 * random())),
      latency_ms: (changed ? 400 : 100) * Math.exp(0.3 * random()),
      outcome: random() < 0.04 ? 'rework' : null,
    };
  });
}

export const sourceOf = (all: readonly ChangedRow[]): LedgerSource => ({
  kind: 'files',
  files: [{ path: 'a.ndjson', blob: new Blob([all.map((row) => JSON.stringify(row)).join('\n')]) }],
});
