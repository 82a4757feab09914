import { useEffect } from 'react';
import type { ChannelPower } from '../../detection/change/powerTypes.ts';
import type { PowerInputs } from '../../workers/lab.ts';
import { lab, session, useTautline } from '../store.ts';
import type { TautlineState } from '../types.ts';
import { createJob, type JobState } from './job.ts';
import { useJob } from './queries.ts';

/** What size of change would be found in the open ledger, measured in the background. */
export interface ChangePower {
  readonly channels: readonly ChannelPower[];
  readonly missing: PowerInputs['missing'];
}

/** The question names what the answer depends on. */
const job = createJob<string, ChangePower>('measuring what would be found', async (_, options) => {
  const { inputs, missing } = await session.engine.powerInputs();
  options.signal.throwIfAborted();
  const channels = await lab.workers().map<'changePower'>(
    inputs.map((input) => ({ kind: 'changePower', input })),
    { phase: 'Measuring what would be found', ...options },
  );
  return { channels, missing };
});

/** Null where there is nothing to measure, and while an analysis is under way. */
function questionOf({ ledger, analysis, dragging }: TautlineState): string | null {
  const { report } = analysis;
  if (ledger.phase !== 'open' || !report || dragging || analysis.running !== null || analysis.error !== null)
    return null;
  if (report.retrospective) return null;
  const { stream, meaning_k, behaviour, conversation_cut, false_alarm_budget } = report.parameters;
  const { fingerprint, mapping } = ledger.report;
  const own = [stream, meaning_k, behaviour, conversation_cut, false_alarm_budget, report.reference, report.dimension];
  return JSON.stringify([fingerprint, mapping, ...own]);
}

/** Charts and tables come first, and whoever is at work. */
const AT_REST_MS = 2000;
const INPUT = ['pointerdown', 'keydown', 'wheel'] as const;

/** Measured once nothing runs any more; null before, with how far it is or what went wrong. */
export function useChangePower(): Pick<JobState<string, ChangePower>, 'running' | 'error'> & {
  readonly power: ChangePower | null;
} {
  const question = useTautline(questionOf);
  const filling = useTautline(({ tableLoad: { phase } }) => phase === 'waiting' || phase === 'loading');
  const { result, running, error } = useJob(job);
  const known = result?.question === question || running?.question === question;
  useEffect(() => {
    if (question === null || known || filling) return;
    const start = (): void => {
      // Two places may wait for it.
      if (job.store.getState().running?.question !== question) void job.start(question);
    };
    let timer = setTimeout(start, AT_REST_MS);
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(start, AT_REST_MS);
    };
    for (const kind of INPUT) window.addEventListener(kind, wait, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      for (const kind of INPUT) window.removeEventListener(kind, wait, { capture: true });
    };
  }, [question, known, filling]);
  return { power: result?.question === question ? result.answer : null, running, error };
}

/** The same of the newest analysis, where it has been measured. */
export function measuredPower(): ChangePower | null {
  const { result } = job.store.getState();
  return result && result.question === questionOf(session.store.getState()) ? result.answer : null;
}
