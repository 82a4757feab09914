import { PARAMETER_SPECS, type ParameterName, type ParameterSpec } from '../../detection/parameters.ts';

const OF_GROUPS: Readonly<Record<ParameterSpec['group'], number>> = {
  Ledger: 2,
  Tracker: 4,
  Window: 5,
  Coupling: 6,
  Transport: 6,
  Drift: 8,
  Entropy: 8,
  Friction: 8,
  Void: 8,
  'Lasting change': 14,
};
const OWN: Readonly<Partial<Record<ParameterName, number>>> = { stream: 1, k: 3, burn: 7, meaning_k: 14 };

/** Section of docs/methods.md that explains a group of parameters. */
export const methodsOfGroup = (group: ParameterSpec['group']): number => OF_GROUPS[group];

/** Section of docs/methods.md that explains a parameter. */
export const methodsOfParameter = (name: ParameterName): number =>
  OWN[name] ?? methodsOfGroup(PARAMETER_SPECS[name].group);
