import { useStore } from 'zustand';
import { besides, takenBy } from '../otherLedger.ts';
import { noAddress } from '../address.ts';
import { createSession } from '../session.ts';
import { pagePlatform, session } from '../store.ts';
import { createSecond, type SecondState } from './second.ts';

/** The page's second ledger. Importing starts nothing but what the address names. */
export const second = createSecond(session, () =>
  createSession({
    ...pagePlatform,
    address: noAddress(),
    other: () => takenBy(session.store.getState().ledger),
  }),
);

besides.isIdle = () => second.isIdle();
besides.ledger = () => {
  const other = second.store.getState().session?.store.getState();
  return other && takenBy(other.ledger);
};

export function useSecond<T>(selector: (state: SecondState) => T): T {
  return useStore(second.store, selector);
}
