import type { Parameters } from '../../detection/parameters.ts';
import { CHOICES } from '../../harness/profiles.ts';
import { CASES, type CaseName } from '../../harness/trial.ts';
import { actions, session } from '../../state/store.ts';
import { sampleName } from '../../workers/sampleName.ts';

/** Opens the ledger of a case on the monitor, with the parameters that its verdicts are of. */
export function openLedgerOf(name: CaseName, seed: number, tested: Parameters): void {
  const { profile, overrides } = CASES[name];
  const parameters = { ...tested, ...overrides };
  const { parameters: before } = session.store.getState().view;
  if (JSON.stringify(parameters) !== JSON.stringify(before))
    actions.toast('info', 'The parameters are now those of the verdicts. Back brings yours again.');
  void actions.open(
    { kind: 'sample', name: sampleName(profile, seed, CHOICES.seed.value) },
    { mapping: null },
    parameters,
  );
}
