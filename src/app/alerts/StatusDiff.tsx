import type { ReactNode } from 'react';
import { useAgainst } from '../../state/queries.ts';
import { alertChangeText } from './changeText.ts';
import { useAlertDiff } from './useAlertDiff.ts';

/** How many alerts came and went against what they are compared with; nothing while nothing differs. */
export function StatusDiff(): ReactNode {
  const diff = useAlertDiff();
  const against = useAgainst();
  return diff && <span className="status-diff">{alertChangeText(diff, against)}</span>;
}
