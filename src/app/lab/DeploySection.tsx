import { useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatPercent } from '../../core/format.ts';
import { countText, partName } from '../../core/part.ts';
import type { OperatingCharacteristics } from '../../detection/lab/arl.ts';
import { characteristicsOf, type Bundle } from '../../detection/lab/bundle.ts';
import {
  BLUE_GREEN_SHARE,
  CANARY_SHARE,
  ROLLOUT_TEXT,
  labelledChanges,
  rolloutAdvice,
  type RolloutAdvice,
} from '../../detection/lab/rollout.ts';
import { changedParameters } from '../../detection/parameters.ts';
import { runLengthText } from '../../detection/lab/runLengthText.ts';
import type { OpenReport } from '../../ledger/types.ts';
import { encodeBundle } from '../../state/lab/bundle.ts';
import { useFalseAlarms, useJob, useLab, useLabelScore } from '../../state/lab/queries.ts';
import { useAgainst } from '../../state/queries.ts';
import { lab, session, useTautline } from '../../state/store.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { useUi } from '../ui.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { loadable } from '../shell/loadable.tsx';
import { Problem } from '../shell/Problem.tsx';
import { download } from '../whatif/parameterFile.ts';
import { takeBundle } from './bundleFile.ts';
import { LoadedBundle } from './LoadedBundle.tsx';
import { intervalText, rateText, SHORT_HASH } from './text.ts';

const deployLive = loadable('the live process', async () => (await import('../live/DeployLive.tsx')).DeployLive);

/** Why this rollout: what is missed, what changed, and where the limits lie. */
function rolloutReason(advice: RolloutAdvice, against: string): string {
  const { labelled } = advice;
  if (!labelled) return shareReason(advice, against);
  const { changes, found } = labelled;
  const of = `${formatCount(found)} of ${formatCount(changes)} labelled ${changes === 1 ? 'change' : 'changes'}`;
  return `These parameters find ${of}. ${shareReason(advice, against)}`;
}

function shareReason({ added, removed, moved, kept, share }: RolloutAdvice, against: string): string {
  const changed = added + removed + moved;
  if (changed === 0)
    return kept === 0
      ? `Neither these parameters nor ${against} raise an alert on this ledger.`
      : `The same ${kept === 1 ? 'alert' : `${formatCount(kept)} alerts`} as ${against}.`;
  const limit =
    share <= CANARY_SHARE
      ? `up to ${formatPercent(CANARY_SHARE)}`
      : share <= BLUE_GREEN_SHARE
        ? `over ${formatPercent(CANARY_SHARE)}, up to ${formatPercent(BLUE_GREEN_SHARE)}`
        : `over ${formatPercent(BLUE_GREEN_SHARE)}`;
  return (
    `${formatCount(changed)} of ${formatCount(changed + kept)} alerts change against ${against} ` +
    `(${formatPercent(share, 2)}: ${limit}): ` +
    `${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(moved)} moved.`
  );
}

const fileStem = (name: string): string =>
  name
    .replace(/^.*\//, '')
    .replace(/\.[^.]*$/, '')
    .replace(/[^\w.-]+/g, '-') || 'ledger';

/** The operating characteristics that belong to the parameters in force; null: not measured for them yet. */
interface Measured {
  readonly alarms: OperatingCharacteristics | null;
  readonly delays: NonNullable<Parameters<typeof characteristicsOf>[1]>;
}

function useMeasured(): Measured {
  const parameters = useTautline((state) => state.view.parameters);
  const { data } = useFalseAlarms('reference');
  const power = useJob(lab.power);
  const same = JSON.stringify(parameters);
  return {
    alarms: data && JSON.stringify(data.parameters) === same ? data.characteristics : null,
    delays:
      power.result && JSON.stringify(power.result.answer.parameters) === same
        ? [{ change: power.result.question.change, points: power.result.answer.curve }]
        : [],
  };
}

function Contents({
  report,
  ledger,
  measured: { alarms, delays },
}: {
  readonly report: AnalysisReport;
  readonly ledger: OpenReport | null;
  readonly measured: Measured;
}): ReactNode {
  const parameters = useTautline((state) => state.view.parameters);
  const against = useAgainst();
  const score = useLabelScore().data?.report.all.score;
  const advice = rolloutAdvice(report.baselineAlerts, report.alerts, score ? labelledChanges(score) : null);
  const changed = Object.keys(changedParameters(parameters));
  return (
    <dl className="lab-figures contents">
      <div>
        <dt>Parameters</dt>
        <dd>
          all {formatCount(Object.keys(parameters).length)};{' '}
          {changed.length === 0 ? 'the defaults' : `changed: ${changed.join(', ')}`}
        </dd>
      </div>
      <div>
        <dt>Ledger</dt>
        <dd>
          {ledger && partName(ledger.name, ledger.part?.part)}{' '}
          <span className="dim">
            {countText(report.events, ledger?.part ?? null)}, SHA-256{' '}
            <code title={ledger?.fingerprint}>{ledger?.fingerprint.slice(0, SHORT_HASH)}…</code>
          </span>
        </dd>
      </div>
      <div>
        <dt>Reference</dt>
        <dd>
          events {formatCount(report.reference.from)} to {formatCount(Math.max(0, report.reference.to - 1))}: projection
          of {formatCount(report.dimension)} dimensions on {formatCount(report.k)} axes, windows and means of{' '}
          {formatCount(report.streams.length)} streams, calibration
        </dd>
      </div>
      <div>
        <dt>Expected alerts</dt>
        <dd>{formatCount(report.alerts.length)}, each with onset, firing and clearing: the parity gate</dd>
      </div>
      <div>
        <dt>Operating characteristics</dt>
        <dd>
          {alarms ? (
            <>
              false DRIFT: {runLengthText(alarms)}{' '}
              <span className="dim">
                {[intervalText(alarms.estimate), Number.isFinite(alarms.perDay) && rateText(alarms.perDay)]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </>
          ) : (
            'being measured…'
          )}
        </dd>
        <dd className="dim">
          {delays.length > 0
            ? 'with the power curves measured above'
            : 'without detection delays: measure power curves above to include them'}
        </dd>
      </div>
      <div>
        <dt>Rollout advice</dt>
        <dd data-testid="rollout">
          <strong>{ROLLOUT_TEXT[advice.advice]}</strong>
        </dd>
        <dd className="dim">{rolloutReason(advice, against)}</dd>
      </div>
    </dl>
  );
}

/** The bundle for a stream consumer: what is inside, downloads, and loading one back. */
export function DeploySection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const ledger = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report : null));
  const measured = useMeasured();
  const loaded = useLab((state) => state.bundle);
  const live = useUi((ui) => ui.live);
  const [problem, setProblem] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const stem = fileStem(ledger?.name ?? '');

  const make = (): Promise<Bundle> => {
    const { alarms, delays } = measured;
    return session.engine.bundle(alarms && characteristicsOf(alarms, delays), lab.store.getState().labelFile);
  };
  const save = async (form: 'json' | 'protobuf'): Promise<void> => {
    setMaking(true);
    setProblem(null);
    try {
      download(await encodeBundle(await make(), form), `${stem}.bundle.${form === 'json' ? 'json' : 'pb'}`);
    } catch (thrown) {
      setProblem(explain(toTautlineError(thrown, 'making the bundle')));
    } finally {
      setMaking(false);
    }
  };

  return (
    <div className="lab-columns halves">
      <Contents report={report} ledger={ledger} measured={measured} />
      <div className="lab-take">
        <h3>Download the bundle</h3>
        <div className="buttons">
          <button type="button" className="button primary" disabled={making} onClick={() => void save('json')}>
            Download JSON
          </button>
          <button type="button" className="button" disabled={making} onClick={() => void save('protobuf')}>
            Download protobuf
          </button>
        </div>
        <p className="dim">
          The formats are published:{' '}
          <a href="./schema/bundle.schema.json" target="_blank" rel="noreferrer">
            bundle.schema.json
          </a>{' '}
          and{' '}
          <a href="./schema/bundle.proto" target="_blank" rel="noreferrer">
            bundle.proto
          </a>
          . <code>tautline replay LEDGER --bundle FILE</code> feeds the ledger to a consumer event by event, and says
          whether it raises exactly these alerts.
        </p>
        {live && <deployLive.Component report={report} make={make} />}
        <h3>Load a bundle</h3>
        <div className="buttons">
          <FileButton
            accept=".json,.pb,application/json"
            testId="bundle-file"
            onFile={(file) => void takeBundle(file, file.name).then(setProblem)}
          >
            Load a bundle…
          </FileButton>
        </div>
        {problem && <Problem>{problem}</Problem>}
        {loaded && <LoadedBundle loaded={loaded} report={report} />}
      </div>
    </div>
  );
}
