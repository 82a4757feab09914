import { useState, type ReactNode } from 'react';
import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount } from '../../core/format.ts';
import { isChange } from '../../detection/lab/intervals.ts';
import type { ScoreReport } from '../../detection/lab/scoreReport.ts';
import { takeLabels, useLab, useLabelScore } from '../../state/lab/queries.ts';
import type { AnalysisReport } from '../../workers/protocol.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { Problem } from '../shell/Problem.tsx';
import { takeLabelFile } from './labelFile.ts';
import { LabelScores, MAX_LISTED } from './LabelScores.tsx';

type Labels = NonNullable<ReturnType<typeof useLabelScore>['data']>['labels'];

function stretchesText(intervals: Labels['intervals']): string {
  const toAbsorb = intervals.filter((interval) => !isChange(interval)).length;
  const all = `${formatCount(intervals.length)} ${intervals.length === 1 ? 'stretch' : 'stretches'}`;
  return toAbsorb > 0 ? `${all}, ${formatCount(toAbsorb)} of them to be absorbed` : all;
}

function LabelSource({
  labels,
  onProblem,
}: {
  readonly labels: Labels | undefined;
  readonly onProblem: (problem: string | null) => void;
}): ReactNode {
  const file = useLab((state) => state.labelFile);
  const marks = useLab((state) => state.marks !== null);
  return (
    <div className="lab-controls">
      <span>
        {file ? (
          <>
            Labels of <strong>{file.name}</strong>
          </>
        ) : (
          'Labels of the ledger’s own column'
        )}
        {marks && ' and your marks'}
        {labels && (
          <span className="dim">
            {' '}
            · {stretchesText(labels.intervals)}
            {labels.format === 'column' ? '' : `, ${labels.format}`}
          </span>
        )}
      </span>
      <FileButton
        className="button small"
        title="NAB windows (JSON), a list of {stream, from, to, label, expect} (JSON), or the same as CSV"
        accept=".json,.csv,application/json,text/csv"
        testId="label-file"
        onFile={(chosen) => void takeLabelFile(chosen, chosen.name).then(onProblem)}
      >
        Label file…
      </FileButton>
      {file && (
        <button
          type="button"
          className="button small quiet"
          onClick={() => {
            onProblem(null);
            void takeLabels(null);
          }}
        >
          Use the column
        </button>
      )}
      <span className="dim">NAB windows, a JSON list or CSV; can be dropped here</span>
    </div>
  );
}

function NoStretches({ labels }: { readonly labels: Labels }): ReactNode {
  return (
    <div className="lab-empty">
      <p>
        <strong>
          {labels.intervals.length > 0
            ? 'No labelled stretch lies after the reference period, so there is nothing to score against.'
            : 'This ledger has no labels.'}
        </strong>
      </p>
      <p className="dim">
        Give it a column named label, or bring a file of stretches that are known to be faulty. Until then there is no
        precision or recall, only counts.
      </p>
    </div>
  );
}

function NotScored({ leftOut }: { readonly leftOut: ScoreReport['leftOut'] }): ReactNode {
  return (
    <details>
      <summary>
        {formatCount(leftOut.length)} {leftOut.length === 1 ? 'stretch is' : 'stretches are'} not scored
      </summary>
      <ul>
        {leftOut.slice(0, MAX_LISTED).map(({ interval, reason }) => (
          <li key={`${interval.stream} ${interval.from}`}>
            {interval.label}, {interval.stream ?? 'all streams'}, from {formatCount(interval.from)}: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

const isScored = ({ intervals, toAbsorb }: ScoreReport): boolean => intervals.length + toAbsorb.length > 0;

/** Scores of the alerts in force, the labels they are scored against, and what was missed or false. */
export function LabelSection({ report }: { readonly report: AnalysisReport }): ReactNode {
  const { data, error, isFetching } = useLabelScore();
  const [problem, setProblem] = useState<string | null>(null);
  const labels = data?.labels;
  return (
    <>
      <LabelSource labels={labels} onProblem={setProblem} />
      {problem && <Problem>{problem}</Problem>}
      {error && !isFetching && (
        <Problem>
          {explain(toTautlineError(error, 'scoring against labels'))}{' '}
          <button type="button" className="button small" onClick={() => void takeLabels(null)}>
            Drop the file
          </button>
        </Problem>
      )}
      {labels && labels.leftOut.length > 0 && (
        <details>
          <summary>
            {formatCount(labels.leftOut.length)} {labels.leftOut.length === 1 ? 'entry was' : 'entries were'} skipped
          </summary>
          <ul>
            {labels.leftOut.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      )}
      {data && !isScored(data.report) && <NoStretches labels={data.labels} />}
      {data && isScored(data.report) && (
        <div className={isFetching ? 'stale' : undefined} data-testid="scores">
          <LabelScores scores={data.report} report={report} />
          {data.report.leftOut.length > 0 && <NotScored leftOut={data.report.leftOut} />}
          <p className="dim lab-took">
            An alert matches a stretch where the events from its onset to its firing share one with it, within{' '}
            {data.report.tolerance} events of the stream. Staying open longer does not help: what follows the firing
            does not count. Stretches labelled transient, backoff or ok:…, and those of a file with expect “none”, are
            to be absorbed: an alert in one is false, and none in it is no miss.
          </p>
        </div>
      )}
    </>
  );
}
