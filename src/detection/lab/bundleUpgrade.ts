import { fieldsOf, type Fields } from '../../core/fields.ts';
import { upgradedBaseline } from '../baseline.ts';
import { DEFAULT_PARAMETERS } from '../parameters.ts';
import { isRetiredKind, retiredNotes, withAddedParameters } from '../retired.ts';

/** A bundle of version 1 as one of version 2: what this program has no use for is kept as retired. */
export function fromVersion1(file: Fields): Fields {
  const parameters = fieldsOf(file.parameters);
  const ledger = fieldsOf(file.ledger);
  const rollout = fieldsOf(file.rollout);
  const measured = fieldsOf(file.operatingCharacteristics);
  const alerts = byKind(file.alerts);
  const delays = byKind(measured.delays);
  return {
    ...file,
    version: 2,
    parameters: modern(file.parameters),
    embedder: { name: ledger.embedder, probe: null, frequencies: null },
    baseline: upgradedBaseline(file.baseline),
    alerts: alerts.kept,
    rollout: Object.hasOwn(rollout, 'comparedWith')
      ? { ...rollout, comparedWith: modern(rollout.comparedWith) }
      : file.rollout,
    operatingCharacteristics: Object.hasOwn(measured, 'delays')
      ? { ...measured, delays: delays.kept }
      : file.operatingCharacteristics,
    health: [],
    retired: {
      alerts: alerts.retired,
      delays: delays.retired,
      // In one order in both forms.
      parameters: retiredNotes(parameters)
        .map(({ name }) => ({ name, value: parameters[name] }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
  };
}

const modern = (parameters: unknown): unknown =>
  parameters === undefined ? undefined : withAddedParameters(fieldsOf(parameters), fieldsOf(DEFAULT_PARAMETERS));

/** Entries of a list by whether their kind is one of today. */
function byKind(list: unknown): { readonly kept: unknown; readonly retired: readonly unknown[] } {
  if (!Array.isArray(list)) return { kept: list, retired: [] };
  const isRetired = (entry: unknown): boolean => isRetiredKind(String(fieldsOf(entry).kind));
  return { kept: list.filter((entry) => !isRetired(entry)), retired: list.filter(isRetired) };
}
