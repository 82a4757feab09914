import { useMemo, useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { counted, formatCount, formatNumber } from '../../core/format.ts';
import type { Rate } from '../../core/statistics.ts';
import type { LiveAlert } from '../../detection/files/commit.ts';
import { kindLabel } from '../../detection/kindLabels.ts';
import { laneFigures, nextStage, type Lanes } from '../../detection/lanes.ts';
import { stepCandidate } from '../../state/live/decide.ts';
import type { LiveServer, LiveTarget } from '../../state/live/target.ts';
import { rememberedWho, rememberWho, SHORT } from './text.ts';

/** Alerts that are listed: the newest. */
const LISTED = 20;

const rateText = ({ rate, interval: [low, high], count, exposure }: Rate): string =>
  exposure === 0
    ? 'nothing compared yet'
    : count === 0
      ? `none, so at most ${formatNumber(10_000 * high, 2)}`
      : `${formatNumber(10_000 * rate, 2)} (${formatNumber(10_000 * low, 2)} to ${formatNumber(10_000 * high, 2)})`;

const delayText = (delay: number | null): string =>
  delay === null
    ? 'no alert of both'
    : delay === 0
      ? 'at the same event'
      : `${formatCount(Math.abs(delay))} events ${delay > 0 ? 'later' : 'earlier'}`;

/** What runs beside the bundle in force, what it raises otherwise, and its stages. */
export function Candidate({ lanes, target }: { readonly lanes: Lanes; readonly target: LiveTarget }): ReactNode {
  const figures = useMemo(() => laneFigures(lanes), [lanes]);
  const { stage, candidate, events, since, taken } = lanes;
  const { both, onlyCandidate, onlyFormer, delay, p, pairs } = figures;
  const other = stage === 'full' ? 'the former one' : 'the one in force';
  const alerts =
    `${counted(onlyCandidate, 'alert')} of its own, ${formatCount(onlyFormer)} of ${other} alone, ` +
    `${formatCount(both)} of both`;
  return (
    <details className="live-candidate">
      <summary>
        Candidate <code>{candidate.slice(0, SHORT)}</code>, stage {stage}: {alerts}
      </summary>
      <dl className="live-figures">
        <div>
          <dt>Compared</dt>
          <dd>
            {formatCount(events)} events from {formatCount(since)} on
            {stage !== 'full' && `, ${formatCount(taken)} of them in the shadow lane`}
          </dd>
        </div>
        <div>
          <dt>Alerts in 10,000 events: at most so many are false</dt>
          <dd>candidate {rateText(figures.candidate)}</dd>
          <dd>
            {other} {rateText(figures.former)}
          </dd>
        </div>
        <div>
          <dt>Alerts of both: the candidate fires</dt>
          <dd>{delayText(delay)}</dd>
        </div>
        <div>
          <dt>Sign test of alerts of one alone</dt>
          <dd>p = {formatNumber(p, 2)}</dd>
        </div>
      </dl>
      {pairs.length > 0 && (
        <table className="deploy-changes">
          <caption className="dim">The newest alerts, by the event they fire at</caption>
          <thead>
            <tr>
              <th scope="col">Alert</th>
              <th scope="col">Candidate</th>
              <th scope="col">{stage === 'full' ? 'Former' : 'In force'}</th>
            </tr>
          </thead>
          <tbody>
            {pairs
              .slice(-LISTED)
              .reverse()
              .map(({ candidate: own, former }) => {
                const { id, kind, stream } = (own ?? former)!;
                return (
                  <tr key={`${id} ${own ? 1 : 0}`}>
                    <th scope="row">
                      {kindLabel(kind)} in {stream}
                    </th>
                    <td>{firedText(own)}</td>
                    <td>{firedText(former)}</td>
                  </tr>
                );
              })}
          </tbody>
        </table>
      )}
      {target.kind === 'server' && <Step lanes={lanes} target={target} />}
    </details>
  );
}

const firedText = (alert: LiveAlert | null): string => (alert ? formatCount(alert.fired) : 'none');

function Step({ lanes: { stage }, target }: { readonly lanes: Lanes; readonly target: LiveServer }): ReactNode {
  const [who, setWho] = useState(rememberedWho);
  const [reason, setReason] = useState('');
  const [deciding, setDeciding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const decide = async (way: 'promote' | 'back'): Promise<void> => {
    if (who.trim() === '') {
      setProblem('Say who decides it: the name is kept with the ledger.');
      return;
    }
    rememberWho(who);
    setDeciding(true);
    setProblem(null);
    try {
      const answer = await stepCandidate(target, way, { who: who.trim(), reason: reason.trim(), expected: stage });
      if (answer.kind === 'refused') setProblem(`Refused: ${answer.problems.join('; ')}.`);
    } catch (thrown) {
      setProblem(explain(toTautlineError(thrown, 'deciding about the candidate')));
    } finally {
      setDeciding(false);
    }
  };
  const [forward, back] = [nextStage('promoted', stage), nextStage('stepped-back', stage)];
  return (
    <form className="follow-form live-step" onSubmit={(event) => event.preventDefault()}>
      <label>
        Who decides
        <input value={who} maxLength={200} onChange={(event) => setWho(event.target.value)} />
      </label>
      <label>
        Why
        <input value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} />
      </label>
      <p className="field-problem" role="alert">
        {problem}
      </p>
      <div className="buttons">
        <button type="button" className="button" disabled={deciding} onClick={() => void decide('promote')}>
          {forward === 'none' ? 'Keep it, and end the comparison' : `Promote to ${forward}`}
        </button>
        <button type="button" className="button" disabled={deciding} onClick={() => void decide('back')}>
          {back === 'none' ? 'Take it away' : `Back to ${back}`}
        </button>
      </div>
    </form>
  );
}
