import type { EventIndex } from '../../core/units.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import {
  choicesField,
  EVIDENCE_CHOICES,
  isEvidenceChoice,
  type EvidenceChoice,
  type EvidenceChoices,
} from '../evidenceChoices.ts';
import { isOneOf, readIndex, type ViewField } from './field.ts';

/** Parts of the drill-down from an alert. */
export const EVIDENCE_TABS = [
  'change',
  'attribution',
  'transport',
  'words',
  'map',
  'conversation',
  'agents',
  'investigate',
  'report',
] as const;
export type EvidenceTab = (typeof EVIDENCE_TABS)[number];

/** The drill-down that is open: which alert, which part, and what is chosen in the parts. */
export interface EvidenceView {
  /** Event at which the alert fired. */
  readonly event: EventIndex;
  /** Kind of the alert, where several fire at one event; null is any. */
  readonly kind: AlertKind | null;
  readonly tab: EvidenceTab;
  /** What differs from how the parts begin. */
  readonly choices?: EvidenceChoices;
}

const PREFIX = 'evidence.';

/** `evidence=1200,words,DRIFT`, and one field per choice: `evidence.against=others`. */
export const evidenceField: ViewField<EvidenceView | null> = {
  names: ['evidence', PREFIX],
  initial: null,
  belongsTo: 'ledger',
  encode: (evidence) =>
    evidence
      ? [
          ['evidence', [evidence.event, evidence.tab, ...(evidence.kind ? [evidence.kind] : [])].join(',')],
          ...Object.entries(evidence.choices ?? {}).map(([name, value]) => [PREFIX + name, value] as const),
        ]
      : [],
  decode(fields, drop) {
    let evidence: EvidenceView | null = null;
    const choices: Partial<Record<EvidenceChoice, string>> = {};
    for (const [name, value] of fields) {
      if (name === 'evidence') {
        const read = readEvidence(value);
        if (read) evidence = read;
        else drop(name, `"${value}" is not an event and a part of the evidence such as 1200,attribution`);
        continue;
      }
      const chosen = name.slice(PREFIX.length);
      if (!isEvidenceChoice(chosen)) drop(name, `"${chosen}" is not a choice of the evidence`);
      else if (EVIDENCE_CHOICES[chosen](value)) choices[chosen] = value;
      else drop(name, `"${value}" is not a value that it can take`);
    }
    if (evidence) return { ...evidence, ...choicesField(choices) };
    for (const name of Object.keys(choices)) drop(PREFIX + name, 'there is no evidence that it is a choice of');
    return null;
  },
  clamp: (evidence, events) => (evidence && evidence.event < events ? evidence : null),
};

function readEvidence(text: string): EvidenceView | null {
  const [at, tab, kind, ...rest] = text.split(',');
  const event = readIndex(at);
  if (event === null || tab === undefined || !isOneOf(EVIDENCE_TABS, tab) || rest.length > 0) return null;
  if (kind === undefined) return { event, tab, kind: null };
  return isOneOf(ALERT_KINDS, kind) ? { event, tab, kind } : null;
}
