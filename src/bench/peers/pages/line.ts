import { ready } from './peer.ts';
import { perspective } from './perspective.ts';

/** One line per provider: its friction over time. */
void ready(() =>
  perspective('perspective4', 'viewer-d3fc', {
    plugin: 'X/Y Line',
    columns: ['ts', 'friction'],
    split_by: ['provider_id'],
  }),
);
