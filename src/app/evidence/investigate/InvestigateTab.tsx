import { useEffect, useState, type ReactNode } from 'react';
import { explain } from '../../../core/errors.ts';
import { formatCount, formatMs, formatNumber } from '../../../core/format.ts';
import { changeSentences } from '../../../detection/drilldown/changed/words.ts';
import type { InvestigationSubject } from '../../../detection/drilldown/investigate/columns.ts';
import type { Hypothesis, Investigation } from '../../../detection/drilldown/types.ts';
import { subjectKey } from '../../../state/drilldown/investigations.ts';
import { investigations, useInvestigation } from '../../../state/drilldown/queries.ts';
import { actions, useTautline } from '../../../state/store.ts';
import type { EvidenceTab } from '../../../state/types.ts';
import { ProgressBar, progressText } from '../../shell/Progress.tsx';
import { Problem } from '../../shell/Problem.tsx';
import { download } from '../../whatif/parameterFile.ts';
import { fileName } from '../../../core/fileName.ts';
import { Empty, EventLink, Notes } from '../parts.tsx';
import type { Subject } from '../useSubject.ts';
import { formatP, placeOf, splitByP, STATUS_MARK, strengthOf } from './present.ts';
import './investigate.css';

const EVENTS_SHOWN = 8;
const PLACE_TITLES: Readonly<Partial<Record<EvidenceTab, string>>> = {
  words: 'words',
  conversation: 'conversation',
  agents: 'agents',
};

function HypothesisRow({
  hypothesis,
  run,
  rank,
}: {
  readonly hypothesis: Hypothesis;
  readonly run: Investigation;
  readonly rank: number;
}): ReactNode {
  const evidence = useTautline((state) => state.view.evidence);
  const { statement, effect, p, pAdjusted, smallest, test } = hypothesis;
  const { events, figures } = hypothesis.evidence;
  const place = placeOf(test);
  const first = events[0];
  const last = events.at(-1);
  return (
    <li className="hypothesis">
      <span className="hypothesis-rank dim">{rank}</span>
      <div>
        <p>{statement}</p>
        <p className="hypothesis-facts dim">
          <span title={effect.measure}>
            {effect.measure} <strong>{formatNumber(effect.value)}</strong> ({strengthOf(effect)})
          </span>
          <span>
            p {formatP(p, run.permutations)}, corrected <strong>{formatP(pAdjusted, run.permutations)}</strong>
          </span>
          <span>{run.tests.find((one) => one.test === test)?.title ?? test}</span>
          {smallest && <span>could have shown {smallest.text}</span>}
        </p>
        <p className="hypothesis-evidence">
          {events.length > 0 && (
            <>
              events{' '}
              {events.slice(0, EVENTS_SHOWN).map((index) => (
                <EventLink key={index} index={index} />
              ))}
              {events.length > EVENTS_SHOWN && (
                <span className="dim"> and {formatCount(events.length - EVENTS_SHOWN)} more</span>
              )}
            </>
          )}
          {first !== undefined && last !== undefined && last > first && (
            <button
              type="button"
              className="event-link"
              onClick={() => actions.setRange({ from: first, to: last + 1 })}
            >
              show their range
            </button>
          )}
          {place !== null && evidence && (
            <button
              type="button"
              className="event-link"
              onClick={() => actions.showEvidence({ ...evidence, tab: place })}
            >
              open {PLACE_TITLES[place]}
            </button>
          )}
        </p>
        <details>
          <summary className="dim">figures</summary>
          <dl className="figures">
            {Object.entries(figures).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd className="number">{formatNumber(value, 4)}</dd>
              </div>
            ))}
          </dl>
        </details>
      </div>
    </li>
  );
}

function Tests({ run }: { readonly run: Investigation }): ReactNode {
  return (
    <section aria-label="Tests">
      <h3>
        Tests <span className="dim">{formatCount(run.looks)} looks</span>
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Status</span>
            </th>
            <th scope="col">Test</th>
            <th scope="col" className="number">
              Looks
            </th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col">Result</th>
          </tr>
        </thead>
        <tbody>
          {run.tests.map((test) => (
            <tr key={test.test} className={test.status === 'failed' ? 'failed' : undefined}>
              <td aria-hidden="true">{STATUS_MARK[test.status]}</td>
              <th scope="row">{test.title}</th>
              <td className="number">{formatCount(test.looks)}</td>
              <td className="number">{formatMs(test.ms)}</td>
              <td>
                {test.status === 'done' ? (
                  (test.reason ?? 'done')
                ) : (
                  <>
                    {test.status}
                    {test.reason !== null && <span className="dim">: {test.reason}</span>}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Done({ run, subject }: { readonly run: Investigation; readonly subject: Subject }): ReactNode {
  const { standing, others } = splitByP(run.hypotheses);
  const [all, setAll] = useState(standing.length === 0);
  const save = (): void =>
    download(
      JSON.stringify(run, null, 2),
      fileName(['investigation', run.stream, run.alert?.kind ?? 'stretch', String(subject.event)], 'json'),
    );
  return (
    <div className="evidence-answer">
      <div className="evidence-tools">
        <span>
          {formatCount(run.hypotheses.length)} associations examined,{' '}
          {standing.length === 0 ? 'none' : formatCount(standing.length)} significant after Holm
        </span>
        <button type="button" className="button small" onClick={save}>
          Export the audit trail (JSON)
        </button>
      </div>
      {run.changed && (
        <section aria-label="What the alert is made of">
          <h3>What the alert is made of</h3>
          {changeSentences(run.changed, run.parameters.false_alarm_budget).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </section>
      )}
      <p className="dim">{run.windows.note}</p>
      {run.smallest.length > 0 && (
        <section className="smallest" aria-label="What could have been shown">
          <h3 title="At Holm’s first step, found in four of five such stretches, were it the only difference">
            Found in four of five such stretches, had it been there
          </h3>
          <ul>
            {run.smallest.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      {standing.length === 0 ? (
        <Empty>
          Nothing examined goes together with {run.alert ? 'this alert' : 'this stretch'} beyond what chance does after
          the correction. Differences smaller than those named above are not excluded, nor is what was not examined;
          what differs most is listed below.
        </Empty>
      ) : (
        <ol className="hypotheses" aria-label="Hypotheses">
          {standing.map((hypothesis, i) => (
            <HypothesisRow
              key={`${hypothesis.test} ${hypothesis.statement}`}
              hypothesis={hypothesis}
              run={run}
              rank={i + 1}
            />
          ))}
        </ol>
      )}
      {others.length > 0 && (
        <section>
          <button type="button" className="button small quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Hide' : 'Show'} {formatCount(others.length)} that {others.length === 1 ? 'is' : 'are'} not
            significant
          </button>
          {all && (
            <ol className="hypotheses weak" aria-label="Hypotheses that are not significant">
              {others.map((hypothesis, i) => (
                <HypothesisRow
                  key={`${hypothesis.test} ${hypothesis.statement}`}
                  hypothesis={hypothesis}
                  run={run}
                  rank={standing.length + i + 1}
                />
              ))}
            </ol>
          )}
        </section>
      )}
      <Tests run={run} />
      <Notes notes={run.notes} />
    </div>
  );
}

/** Which tests have answered so far. */
function Running({ subject }: { readonly subject: InvestigationSubject }): ReactNode {
  const key = subjectKey(subject);
  const state = useInvestigation(subject);
  const [answered, setAnswered] = useState<readonly string[]>([]);
  // Every report of progress names the test that has just answered; some pass between two renders.
  useEffect(
    () =>
      investigations.store.subscribe(({ bySubject }) => {
        const now = bySubject[key];
        const title = now?.phase === 'running' ? now.progress.detail : undefined;
        if (title !== undefined) setAnswered((before) => (before.includes(title) ? before : [...before, title]));
      }),
    [key],
  );
  if (state?.phase !== 'running') return null;
  return (
    <div className="investigating" role="status">
      <ProgressBar progress={state.progress} label="Investigation" />
      <p className="dim">{progressText(state.progress)}</p>
      <button type="button" className="button" onClick={() => investigations.cancel()}>
        Cancel
      </button>
      <ul className="dim">
        {answered.map((title) => (
          <li key={title}>✓ {title}</li>
        ))}
      </ul>
    </div>
  );
}

/** What else changed together with the alert or in the stretch, examined in parallel and ranked. */
export function InvestigateTab({ subject }: { readonly subject: Subject }): ReactNode {
  const { investigated, stretch } = subject;
  const state = useInvestigation(investigated);
  const key = subjectKey(investigated);
  const asks = stretch !== null;
  useEffect(() => {
    // Who asks about a stretch has asked; an alert is often opened to be read.
    if (asks && investigations.store.getState().bySubject[key] === undefined) investigations.start(investigated);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once per stretch: what is cancelled must not begin again
  }, [key, asks, subject.report.revision]);
  if (state?.phase === 'done') return <Done key={key} run={state.investigation} subject={subject} />;
  if (state?.phase === 'running') return <Running key={key} subject={investigated} />;
  return (
    <div className="investigate-start">
      {state?.phase === 'failed' && <Problem>{explain(state.error)}</Problem>}
      <p>
        Tests compare {stretch ? 'the stretch' : 'the episode with what was before it'}, in parallel: the
        {stretch ? '' : ' other'} signals, latency, agents, threads, hand-offs, words
        {stretch ? ' and every column of the ledger' : ', every column of the ledger, and earlier alerts'}. Each tells
        what differs and by how much, with a permutation p-value corrected for the number of looks.
      </p>
      <p className="dim">
        The result is a list of associations in time, with their evidence: it cannot tell why something happened.
      </p>
      <button type="button" className="button primary" onClick={() => investigations.start(investigated)}>
        {state?.phase === 'failed'
          ? 'Investigate again'
          : stretch
            ? 'Investigate this stretch'
            : 'Investigate this alert'}
      </button>
    </div>
  );
}
