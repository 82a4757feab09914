import { formatCount } from '../../core/format.ts';
import type { Decision } from '../../state/live/tally.ts';

/** Letters of a hash that are shown. */
export const SHORT = 12;

const DONE: Readonly<Record<Decision['control']['kind'], string>> = {
  deployed: 'deployed',
  candidate: 'proposed',
  promoted: 'promoted',
  'stepped-back': 'took a stage back',
};

/** What was decided about the ledger, in a sentence without its end. */
export function decisionText({ control: { kind, stage, who, bundle, reason }, event }: Decision): string {
  const to =
    kind === 'deployed'
      ? `in force from event ${formatCount(event)} on`
      : `${stage === 'none' ? 'no candidate any more' : `stage ${stage}`} from event ${formatCount(event)} on`;
  return `${who} ${DONE[kind]} ${bundle.slice(0, SHORT)}, ${to}` + (reason === '' ? '' : `: ${reason}`);
}

/** Who decided last on this machine. */
const WHO = 'tautline.who';
export const rememberedWho = (): string => localStorage.getItem(WHO) ?? '';
export const rememberWho = (who: string): void => localStorage.setItem(WHO, who.trim());
