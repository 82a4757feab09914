import { formatCount, formatNumber, formatPercent } from '../../core/format.ts';
import { changeChannelOf } from '../channels/table.ts';
import type { ChannelHealth } from '../health.ts';
import { fewStreams } from '../healthText.ts';
import { kindLabel } from '../kindLabels.ts';
import type { Parameters } from '../parameters.ts';
import type { Alert } from '../types.ts';
import { MAX_EXCESS } from './excess.ts';
import type { Incident } from './group.ts';

const labels = ({ kinds }: Incident): string => kinds.map(kindLabel).join(', ');

const outOf = (out: number, all: number): string =>
  `${formatCount(out)} of ${formatCount(all)} ${out === 1 ? 'has' : 'have'}`;

/** "provider-2 left its reference at event 4,810 and has not come back (Drift, Void)". */
export function headlineOf(incident: Incident, names: readonly string[]): string {
  const { streams, out, onset, resolved } = incident;
  const several = streams.length > 1;
  const who = fewStreams(streams, names);
  const some = out.length < streams.length;
  const back =
    resolved !== null
      ? `and came back at event ${formatCount(resolved)}`
      : some
        ? `and ${outOf(out.length, streams.length)} not come back`
        : `and ${several ? 'have' : 'has'} not come back`;
  const left = `left ${several ? 'their' : 'its'} reference at event ${formatCount(onset)}`;
  return `${who} ${left} ${back} (${labels(incident)})`;
}

/** "4.2 times", or "over 100 times" where the figure says no more. */
export const timesText = (excess: number): string =>
  Number.isNaN(excess)
    ? ''
    : excess >= MAX_EXCESS
      ? `over ${formatCount(MAX_EXCESS)} times`
      : `${formatNumber(excess, 2)} times`;

interface Watching {
  readonly alerts: readonly Alert[];
  readonly health: readonly ChannelHealth[];
  readonly parameters: Parameters;
}

/**
 * How sure it is, by what is known: how many detectors say so, how far over a limit it went, and for a lasting change
 * how often chance alone crosses the limit.
 */
export function sureText(incident: Incident, { alerts, health, parameters }: Watching): string {
  const { kinds, excess, worst } = incident;
  const sentences = [kinds.length === 1 ? 'One detector says so' : `${formatCount(kinds.length)} detectors say so`];
  if (worst >= 0)
    sentences[0] +=
      kinds.length === 1
        ? `, at its peak ${timesText(excess)} its limit`
        : `, ${kindLabel(alerts[worst].kind)} at its peak ${timesText(excess)} its limit`;
  const channels = new Set(kinds.map(changeChannelOf).filter((channel) => channel !== null));
  if (channels.size > 0) {
    const watched = health.reduce((sum, own) => sum + (channels.has(own.channel as never) ? own.watched : 0), 0);
    const budget = parameters.false_alarm_budget;
    const whose = channels.size === kinds.length ? 'It' : 'Lasting change';
    const often = `one false alarm in ${formatCount(budget)} messages`;
    const expected = formatNumber(watched / budget, 2);
    sentences.push(`${whose} raises ${often}, about ${expected} by chance alone in what it watched here`);
  } else sentences.push('How often chance alone crosses this limit stands in the Laboratory, under False alarms');
  return `${sentences.join('. ')}.`;
}

/** An incident in a line of text: what, to whom, since when, and how sure that is. */
export const incidentText = (incident: Incident, names: readonly string[], watching: Watching): string =>
  `${headlineOf(incident, names)}. ${sureText(incident, watching)}`;

/** How long it lasted, as a share of what was watched. */
export function lengthText({ events }: Incident, watched: number): string {
  const share = watched > 0 ? `, ${formatPercent(Math.min(1, events / watched), 2)} of those watched` : '';
  return `${formatCount(events)} events${share}`;
}
