import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { counted, formatCount } from '../../core/format.ts';
import { bundleToJson, type Bundle } from '../../detection/lab/bundle.ts';
import { rolloutAdvice } from '../../detection/lab/rollout.ts';
import { PARAMETER_NAMES, PARAMETER_SPECS, type ParameterName, type Parameters } from '../../detection/parameters.ts';
import { putBundle, type Answer } from '../../state/live/decide.ts';
import { useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { useFollow } from './follower.ts';
import { decisionText, rememberedWho, rememberWho, SHORT } from './text.ts';
import './live.css';

/** In force at once, or beside what is in force. */
type As = 'bundle' | 'candidate';

interface Props {
  readonly report: AnalysisReport;
  make(): Promise<Bundle>;
}

/** The bundle on screen, into the process that is followed. */
export function DeployLive({ report, make }: Props): ReactNode {
  const phase = useFollow((state) => state.phase);
  const target = useFollow((state) => state.target);
  const tally = useFollow((state) => state.tally);
  const inForce = useFollow((state) => state.inForce);
  const [asked, setAsked] = useState(false);
  const [answer, setAnswer] = useState<{ readonly said: Answer; readonly as: As } | null>(null);
  if (phase !== 'following' || !target) return null;
  return (
    <section className="deploy-live" aria-label="Deploy to the live process">
      <h3>Deploy to the live process</h3>
      {target.kind !== 'server' ? (
        <p className="dim">
          This ledger is followed as files. To deploy, follow the address that <code>tautline live</code> prints.
        </p>
      ) : (
        <>
          <p className="dim">
            {tally.bundle === null ? (
              'Events are being collected: no bundle is in force yet.'
            ) : (
              <>
                In force is <code>{tally.bundle.slice(0, SHORT)}</code>.{' '}
                {tally.decided && `${decisionText(tally.decided)}.`}
              </>
            )}
          </p>
          <Differences report={report} inForce={inForce} />
          {asked ? (
            <Confirm
              onClose={() => setAsked(false)}
              decide={async (as, who, reason) => {
                const bundle = new Blob([bundleToJson(await make())], { type: 'application/json' });
                const said = await putBundle(target, as, bundle, { who, reason, expected: tally.bundle });
                setAnswer({ said, as });
                return said.kind !== 'refused';
              }}
            />
          ) : (
            <button
              type="button"
              className="button"
              onClick={() => {
                setAnswer(null);
                setAsked(true);
              }}
            >
              Deploy to the live process…
            </button>
          )}
          {answer && <Answered answer={answer.said} as={answer.as} />}
        </>
      )}
    </section>
  );
}

function Answered({ answer, as }: { readonly answer: Answer; readonly as: As }): ReactNode {
  if (answer.kind === 'refused')
    return (
      <div className="lab-warning" role="alert">
        <p>The live process refused the bundle; nothing has changed there.</p>
        <ul>
          {answer.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      </div>
    );
  return (
    <p className="lab-good" role="status">
      {answer.kind === 'done'
        ? `${as === 'bundle' ? 'In force' : 'Beside the one in force'} from event ` +
          `${formatCount(answer.event)} on (commit ${formatCount(answer.commit)}).`
        : 'Written into the log: it holds as soon as it is read up to there.'}
    </p>
  );
}

const valueText = (value: Parameters[ParameterName]): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** What would be otherwise: parameters, and the alerts of the events on screen. */
function Differences({ report, inForce }: { readonly report: AnalysisReport; readonly inForce: Parameters | null }) {
  const parameters = useTautline((state) => state.view.parameters);
  const reference = useTautline((state) => state.view.reference);
  const compared = useTautline((state) => state.view.baseline);
  if (inForce === null) return null;
  const differing = PARAMETER_NAMES.filter(
    (name) => JSON.stringify(parameters[name]) !== JSON.stringify(inForce[name]),
  );
  const isCompared = JSON.stringify(compared) === JSON.stringify(inForce);
  const { kept, added, removed, moved } = rolloutAdvice(report.baselineAlerts, report.alerts, null);
  return (
    <>
      {differing.length === 0 ? (
        <p>The parameters are those in force{reference === null && '; the reference is that of this window'}.</p>
      ) : (
        <table className="deploy-changes">
          <caption className="visually-hidden">Parameters that differ from those in force</caption>
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">In force</th>
              <th scope="col">To deploy</th>
            </tr>
          </thead>
          <tbody>
            {differing.map((name) => (
              <tr key={name}>
                <th scope="row">{PARAMETER_SPECS[name].label}</th>
                <td>{valueText(inForce[name])}</td>
                <td>{valueText(parameters[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isCompared && (
        <p>
          On the {formatCount(report.events)} events of this window:{' '}
          {added + removed + moved === 0
            ? `the same ${counted(kept, 'alert')}.`
            : `${counted(kept, 'alert')} stay, ${formatCount(added)} more, ${formatCount(removed)} fewer, ` +
              `${formatCount(moved)} at another time.`}
        </p>
      )}
    </>
  );
}

interface ConfirmProps {
  /** @returns whether it was done */
  decide(as: As, who: string, reason: string): Promise<boolean>;
  onClose(): void;
}

function Confirm({ decide, onClose }: ConfirmProps): ReactNode {
  const running = useTautline((state) => state.analysis.running !== null);
  const [who, setWho] = useState(rememberedWho);
  const [reason, setReason] = useState('');
  const [deciding, setDeciding] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (event: SyntheticEvent, as: As): Promise<void> => {
    event.preventDefault();
    if (who.trim() === '') {
      setProblem('Say who deploys it: the name is kept with the ledger.');
      first.current?.focus();
      return;
    }
    setDeciding(true);
    setProblem(null);
    try {
      rememberWho(who);
      if (await decide(as, who.trim(), reason.trim())) onClose();
    } catch (thrown) {
      setProblem(explain(toTautlineError(thrown, 'deploying the bundle')));
    } finally {
      setDeciding(false);
    }
  };
  return (
    <form className="follow-form" onSubmit={(event) => void submit(event, 'bundle')} noValidate>
      <p>
        It judges every event that comes from then on, beginning with its reference. Alerts that are open stay as they
        are: nobody closes them. Who, when and why are kept with the ledger.
      </p>
      <label htmlFor="deploy-who">Who deploys it</label>
      <input
        id="deploy-who"
        ref={first}
        value={who}
        maxLength={200}
        autoComplete="name"
        aria-invalid={problem !== null}
        aria-describedby="deploy-problem"
        onChange={(event) => setWho(event.target.value)}
      />
      <label htmlFor="deploy-reason">Why</label>
      <input id="deploy-reason" value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} />
      <p id="deploy-problem" className="field-problem" role="alert">
        {problem}
      </p>
      <div className="buttons">
        <button type="submit" className="button primary" disabled={deciding || running}>
          {deciding ? 'Deploying…' : 'Deploy now'}
        </button>
        <button
          type="button"
          className="button"
          disabled={deciding || running}
          title="It is compared with the bundle in force before it takes its place"
          onClick={(event) => void submit(event, 'candidate')}
        >
          Run beside first
        </button>
        <button type="button" className="button" disabled={deciding} onClick={onClose}>
          Not now
        </button>
      </div>
    </form>
  );
}
