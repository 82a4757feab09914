import { formatCount } from '../core/format.ts';

/** "1 alert", "2,000 alerts". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
