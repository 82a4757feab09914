import { counted, formatCount, formatPercent } from '../../../core/format.ts';
import type { Attribution, GroupShare } from '../../../detection/drilldown/types.ts';

/** One bar of a list of shares. */
export interface ShareRow {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  /** Of the friction; negative where it pulls against the difference. */
  readonly share: number;
  /** What is summed or left over rather than one agent, thread or event. */
  readonly isRest: boolean;
}

/**
 * The largest groups, the sum of the others and what is left of the starting identity: their shares add up to 1.
 * @param most groups that are named
 */
export function groupRows(
  groups: readonly GroupShare[],
  initial: Attribution['initial'],
  most: number,
  without: string,
): ShareRow[] {
  const named = groups.slice(0, most).map((group): ShareRow => ({
    key: `group ${group.name ?? ''}`,
    name: group.name ?? without,
    detail: counted(group.events, 'event'),
    share: group.share,
    isRest: false,
  }));
  const others = groups.slice(most);
  const rest: ShareRow[] =
    others.length === 0
      ? []
      : [
          {
            key: 'rest',
            name: `${formatCount(others.length)} others`,
            detail: counted(
              others.reduce((sum, group) => sum + group.events, 0),
              'event',
            ),
            share: others.reduce((sum, group) => sum + group.share, 0),
            isRest: true,
          },
        ];
  return [...named, ...rest, ...initialRow(initial)];
}

/** What both estimates started from; told only where anything is left of it. */
export function initialRow({ weight, share }: Attribution['initial']): ShareRow[] {
  return Math.abs(share) < 5e-4
    ? []
    : [
        {
          key: 'initial',
          name: 'the common start of both estimates',
          detail: `weight ${weight.toPrecision(2)}`,
          share,
          isRest: true,
        },
      ];
}

/** A bar's position on an axis that holds every share and zero; shares of its width. */
export interface BarPlace {
  readonly left: number;
  readonly width: number;
  readonly zero: number;
}

export function barPlaces(shares: readonly number[]): BarPlace[] {
  const low = Math.min(0, ...shares);
  const high = Math.max(0, ...shares);
  const span = high - low || 1;
  const zero = -low / span;
  return shares.map((share) => ({
    left: share < 0 ? (share - low) / span : zero,
    width: Math.abs(share) / span,
    zero,
  }));
}

/** A share to a tenth of a percent: what is smaller says nothing. */
export const shareText = (share: number): string => formatPercent(Math.round(share * 1000) / 1000 + 0);

/** The sum that the lists are checked against: every share of an attribution. */
export const totalShare = ({ events, rest, initial }: Attribution): number =>
  events.reduce((sum, event) => sum + event.share, 0) + rest.share + initial.share;
