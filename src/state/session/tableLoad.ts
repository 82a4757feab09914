import { explain } from '../../core/errors.ts';
import type { TableLoad } from '../types.ts';
import type { SessionState, TableEvent, Transition, Transitions } from './model.ts';
import { notice } from './steps.ts';

const moved = (state: SessionState, generation: number, tableLoad: TableLoad): Transition =>
  generation === state.generation ? [{ ...state, tableLoad }] : [state];

/** The way of a ledger's events into the tables, from after its first analysis on. */
export const tableTransitions: Transitions<TableEvent> = {
  tableLoadStarted: (state, { generation }) => moved(state, generation, { phase: 'loading', progress: null }),
  tableLoadProgressed: (state, { generation, progress }) =>
    // Progress comes by a channel of its own and may arrive after the answer.
    state.tableLoad.phase === 'loading' ? moved(state, generation, { phase: 'loading', progress }) : [state],
  tableLoadEnded(state, { generation, error }) {
    if (error === null || generation !== state.generation) return moved(state, generation, { phase: 'loaded' });
    const failed = { ...state, tableLoad: { phase: 'failed', error } } as const;
    // A worker that died is started again, and its ledger reopened.
    if (error.kind === 'cancelled' || error.kind === 'worker') return [failed];
    const text = `${explain(error)} Charts go on; fields, texts and tables are not available.`;
    return notice('error', text)(failed);
  },
};
