import { useStore } from 'zustand';
import { session } from '../store.ts';
import { createSearch, type SearchState } from './search.ts';

/** The page's one search. */
export const search = createSearch(session.tables, session.engine);

/** The part of the search's state that `selector` picks. */
export const useSearch = <T>(selector: (state: SearchState) => T): T => useStore(search.store, selector);
