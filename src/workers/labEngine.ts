import { TautlineFailure } from '../core/errors.ts';
import type { EventIndex, StreamIndex } from '../core/units.ts';
import { delayStarts, delayTasks } from '../detection/lab/delay.ts';
import { inControlOf } from '../detection/lab/inControl.ts';
import { labelledIntervals, readLabels } from '../detection/lab/labels.ts';
import type { LabLedger } from '../detection/lab/ledger.ts';
import { scoreAnalysis } from '../detection/lab/score.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import type { Detector } from '../detection/pipeline.ts';
import { makeBundle } from '../ledger/bundle.ts';
import type { Analysis } from '../ledger/stages.ts';
import type { OpenedLedger } from '../ledger/types.ts';
import type { LabApi, LabelSet, LabelText } from './lab.ts';

/** What the engine holds when it is asked; each throws where there is none. */
export interface LabSource {
  ledger(): OpenedLedger;
  analysis(): Analysis;
  detector(): Detector;
  revision(): number;
  /** The parameters that the newest analysis was asked to compare with; null: the defaults. */
  comparedWith(): Parameters | null;
}

/** Answers the laboratory about the engine's newest analysis: columns for its workers, and scores, which are quick. */
export function createLab(source: LabSource): LabApi {
  function labels(file: LabelText | null): LabelSet {
    const { events } = source.analysis();
    const { columns, report } = source.ledger();
    if (!file)
      return { file: null, format: 'column', intervals: labelledIntervals(columns.label, events), leftOut: [] };
    return { file: file.name, ...readLabels(file.text, file.name, events, { ledger: report.name }) };
  }

  return {
    async inControl(from) {
      const { events, signals, decisions, reference, parameters } = source.analysis();
      const { calibration, alerts } = decisions;
      return {
        revision: source.revision(),
        parameters,
        inControl: inControlOf({ events, signals, calibration, reference, parameters, alerts }, from),
      };
    },

    async labColumns() {
      const { parameters, reference } = source.analysis();
      if (reference.from === reference.to) {
        throw new TautlineFailure({
          kind: 'ledger',
          problem:
            'the reference comes from a file, and a sweep calibrates every cell on a reference period of this ledger',
          advice: 'Go back to the reference period of this ledger (Ledger, in the parameter panel).',
        });
      }
      return { parameters, ledger: labLedger(source.analysis()) };
    },

    async delayPlan(ask) {
      const analysis = source.analysis();
      const { parameters } = analysis;
      const ledger = labLedger(analysis);
      const starts =
        ask.start === null
          ? delayStarts(ledger, ask.stream, ask.count, ask.horizon, parameters)
          : [ownEventFrom(ledger, ask.stream, ask.start)];
      const baseline = source.detector().baseline(analysis.projection, parameters);
      return { parameters, starts, tasks: delayTasks(ledger, baseline, { parameters, ...ask, starts }) };
    },

    labels: async (file) => labels(file),

    async score(file) {
      const { events, decisions, parameters, reference } = source.analysis();
      const set = labels(file);
      const report = scoreAnalysis({
        events,
        alerts: decisions.alerts,
        intervals: set.intervals,
        parameters,
        reference,
        textLength: source.ledger().textLength,
      });
      return { revision: source.revision(), labels: set, report, reference };
    },

    async bundle(characteristics) {
      // The engine opens every ledger with the default number of reference events for the built-in embedder.
      const embedderReference = DEFAULT_PARAMETERS.reference_events;
      return makeBundle(source.ledger().report, source.analysis(), source.detector(), {
        comparedWith: source.comparedWith(),
        embedderReference,
        characteristics,
      });
    },
  };
}

const labLedger = ({ events, coordinates, reference }: Analysis): LabLedger => ({ events, coordinates, reference });

/** The stream's first event from `start` on, which must be one that can be alerted on. */
function ownEventFrom({ events, reference }: LabLedger, stream: StreamIndex, start: EventIndex): EventIndex {
  for (let i = Math.max(start, reference.to); i < events.n; i += 1) if (events.stream[i] === stream) return i;
  throw new TautlineFailure({
    kind: 'ledger',
    problem: `stream ${events.streams[stream]} has no event from ${Math.max(start, reference.to)} on`,
    advice: 'Choose an earlier event.',
  });
}
