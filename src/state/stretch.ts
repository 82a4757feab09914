import type { IndexRange } from '../core/columns.ts';
import type { Base, StretchRequest } from '../detection/drilldown/investigate/stretch.ts';
import { choicesOfAnother, readRange, writeRange, type EvidenceChoices } from './evidenceChoices.ts';
import type { EvidenceTab, EvidenceView, TautlineState } from './types.ts';

/** The stretch that a view of the evidence is of; without one it is 128 events of the stream from its event on. */
export function stretchOf({ event, choices = {} }: EvidenceView): StretchRequest {
  const range = readRange(choices.stretch ?? '');
  return {
    event,
    range,
    stream: choices.stream?.slice(1) ?? null,
    against: (choices.base ?? 'before') as Base,
    other: readRange(choices.other ?? ''),
  };
}

/**
 * Evidence of a stretch: of a range of events, or from one event on. The stream is that of the selected event where
 * that lies in it, else the first that is shown where some are hidden, else that of its first event.
 */
export function stretchView(
  { view, analysis }: Pick<TautlineState, 'view' | 'analysis'>,
  range: IndexRange | null,
  from: number,
  tab: EvidenceTab = 'investigate',
): EvidenceView {
  const { selected, hiddenStreams, evidence } = view;
  const inside = selected !== null && range !== null && selected >= range.from && selected < range.to;
  const shown = analysis.report?.streams.find(({ name }) => !hiddenStreams.includes(name));
  const named = range !== null && !inside && hiddenStreams.length > 0 && shown ? { stream: `=${shown.name}` } : {};
  const choices: EvidenceChoices = {
    ...choicesOfAnother(evidence?.choices ?? {}),
    stretch: range ? writeRange(range) : 'on',
    ...named,
  };
  return { event: inside ? selected : from, kind: null, tab, choices };
}
