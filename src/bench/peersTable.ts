import { formatBytes, formatCount } from '../core/format.ts';
import type { Report, Table } from './model.ts';

/** The app beside programs that show ledgers too. */
export function peersTable({ peers }: Report): Table | null {
  if (peers.length === 0) return null;
  const ms = (value: number) => formatCount(Math.round(value));
  return {
    title: 'Beside others, in the same run',
    rows: [
      ['', 'in that time', 'first picture, ms', 'least to most', 'longest task, ms', 'peak renderer memory'],
      ...peers.map((peer) => [
        peer.name,
        peer.does,
        ms(peer.firstPicture),
        `${ms(peer.least)} to ${ms(peer.most)}`,
        ms(peer.longestTask),
        peer.memory === null ? 'not measured here' : formatBytes(peer.memory),
      ]),
    ],
  };
}
