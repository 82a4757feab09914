import type { KindCount } from '../../core/eventKinds.ts';
import type { EventKind } from '../../core/ledgerSchema.ts';
import { formatCount } from '../../core/format.ts';

export const KIND_NAMES: Readonly<Record<EventKind, string>> = {
  model: 'Model calls',
  tool: 'Tool calls',
  agent: 'Agents',
};

/** How many acts of a kind there are, and what became of them. */
export function kindText({ all, captured, events, contextOnly }: KindCount, isTaken: boolean): string {
  if (all === 0) return 'none in the files';
  const silent = isTaken ? all - events - contextOnly : all - captured;
  return [
    isTaken
      ? `${formatCount(events)} of ${formatCount(all)} ${events === 1 ? 'is an event' : 'are events'}`
      : `${formatCount(all)}, not taken`,
    contextOnly > 0 ? `${formatCount(contextOnly)} gave context only` : '',
    silent > 0 ? `${formatCount(silent)} without captured content` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
}
