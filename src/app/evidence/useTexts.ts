import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { LedgerRow } from '../../core/units.ts';
import { session, useTautline } from '../../state/store.ts';

/** A message, cut for a list. */
export interface Message {
  readonly speaker: string | null;
  readonly text: string | null;
}

/** Characters of a message that lists show at most; the inspector has all of it. */
const SHOWN = 600;

const messagesSql = (rows: readonly LedgerRow[]): string =>
  `select row, coalesce(agent_id, provider_id) as speaker, left(text, ${SHOWN}) as text ` +
  `from events where row in (${rows.join(', ')})`;

/** The messages at some rows; empty until they are there. */
export function useTexts(rows: readonly LedgerRow[]): ReadonlyMap<LedgerRow, Message> {
  const fingerprint = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.fingerprint : null));
  const wanted = [...new Set(rows)].sort((a, b) => a - b);
  const { data } = useQuery({
    queryKey: ['messages', fingerprint, wanted],
    queryFn: async () => {
      const found = await session.tables.query(messagesSql(wanted));
      return new Map(found.map((row) => [Number(row.row), { speaker: asText(row.speaker), text: asText(row.text) }]));
    },
    enabled: fingerprint !== null && wanted.length > 0,
    placeholderData: keepPreviousData,
  });
  return data ?? NOTHING;
}

const NOTHING: ReadonlyMap<LedgerRow, Message> = new Map();
const asText = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null);
