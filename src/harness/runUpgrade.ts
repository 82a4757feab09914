import { fieldsOf, without, type Fields } from '../core/fields.ts';
import { CHANGE_KINDS } from '../detection/channels/table.ts';
import { isRetiredKind, retiredNotes } from '../detection/retired.ts';

/** Nothing was judged, so nothing is claimed. */
const NONE = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 0]));

/** A saved run of version 1 as one of version 2. @param say is told what of it is gone */
export function fromVersion1(run: Fields, say: (sentence: string) => void): Fields {
  say(
    'The run was saved by an earlier version: its counts of SHIFT are left out, and it has none of style, meaning ' +
      'and behaviour change.',
  );
  for (const { name, note } of retiredNotes(run.parameters)) say(`${name} ${note}.`);
  const trials = Array.isArray(run.trials) ? run.trials.map(trialOf) : run.trials;
  return { ...run, version: 2, trials };
}

/** Numbers of a kind are counted over the events that were judged for it: none, in version 1. */
function trialOf(raw: unknown): unknown {
  const trial = without(fieldsOf(raw), 'healthyShifts');
  return {
    ...trial,
    falseAlerts: ofToday(trial.falseAlerts),
    alerts: ofToday(trial.alerts),
    healthyEvents: 0,
    healthyJudged: NONE,
    healthyChanges: NONE,
    mostOfAFault: NONE,
  };
}

const ofToday = (counts: unknown): Fields => ({
  ...NONE,
  ...Object.fromEntries(Object.entries(fieldsOf(counts)).filter(([kind]) => !isRetiredKind(kind))),
});
