import { openMulberry32 } from '../core/random.ts';
import type { LedgerSource } from '../ledger/types.ts';

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

const WORDS = 'the a please check your order and we will ship it to you now because I have not seen that before'.split(
  ' ',
);
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
