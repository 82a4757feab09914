import type { IndexRange } from '../core/columns.ts';
import { AGENT_METRICS } from '../detection/drilldown/agents.ts';

/** A range of events in an address: 100-200, the second exclusive; null if the text is none. */
export function readRange(text: string): IndexRange | null {
  const [from, to] = /^\d+-\d+$/.test(text) ? text.split('-').map(Number) : [];
  return from !== undefined && Number.isSafeInteger(to) && from < to ? { from, to } : null;
}

export const writeRange = ({ from, to }: IndexRange): string => `${from}-${to}`;

const oneOf =
  (...options: readonly string[]) =>
  (text: string): boolean =>
    options.includes(text);
const isRange = (text: string): boolean => readRange(text) !== null;

/** Choices within the parts of the evidence, each with what tells a value that it can take. */
export const EVIDENCE_CHOICES = {
  /**
   * Evidence of a stretch, whether an alert fires there or not: its events, or "on" from the view's event on; of which
   * stream, after "="; against what, and where that is another stretch.
   */
  stretch: (text: string): boolean => text === 'on' || isRange(text),
  stream: (text: string): boolean => text.startsWith('='),
  base: oneOf('before', 'reference', 'other'),
  other: isRange,
  /** Attribution: at the alert or at the selected event. */
  measured: oneOf('alert', 'selected'),
  /** Transport: between which windows; two ranges and whether of the alert's stream alone. */
  windows: oneOf('reference', 'alert', 'rest', 'ranges'),
  before: isRange,
  after: isRange,
  streams: oneOf('own', 'all'),
  /** Words: what the episode is compared with. */
  against: oneOf('before', 'others', 'visible'),
  /** Map: by what points are coloured; a column by its name, after "column:". */
  colour: (text: string): boolean => oneOf('stream', 'route', 'time', 'phase')(text) || text.startsWith('column:'),
  projection: oneOf('plane', 'umap'),
  /** Conversation: the thread by name, after "="; "none" for events without one. */
  thread: (text: string): boolean => text === 'none' || text.startsWith('='),
  handoffs: oneOf('thread', 'ledger'),
  metric: oneOf(...AGENT_METRICS),
} as const;

export type EvidenceChoice = keyof typeof EVIDENCE_CHOICES;
export type EvidenceChoices = Readonly<Partial<Record<EvidenceChoice, string>>>;

export const isEvidenceChoice = (name: string): name is EvidenceChoice => Object.hasOwn(EVIDENCE_CHOICES, name);

/** Those that mean the events of one alert or stretch. */
const OF_THE_ALERT: readonly EvidenceChoice[] = [
  'stretch',
  'stream',
  'base',
  'other',
  'measured',
  'windows',
  'before',
  'after',
  'thread',
];

/** What stays chosen when another alert or stretch is opened. */
export const choicesOfAnother = (choices: EvidenceChoices): EvidenceChoices =>
  Object.fromEntries(Object.entries(choices).filter(([name]) => !(OF_THE_ALERT as readonly string[]).includes(name)));

/** The field of the view that holds choices; there is none without a choice. */
export const choicesField = (choices: EvidenceChoices): { readonly choices?: EvidenceChoices } =>
  Object.keys(choices).length > 0 ? { choices } : {};
