import { TautlineFailure } from '../../core/errors.ts';
import type { EventIndex, StreamIndex } from '../../core/units.ts';
import type { PowerInput } from '../../detection/change/power.ts';
import { CHANGE_CHANNELS } from '../../detection/channels/table.ts';
import { delayStarts, horizonOf, delayTasks } from '../../detection/lab/delay.ts';
import { countBeyond, inControlOf } from '../../detection/lab/inControl.ts';
import { labelledIntervals, readLabels } from '../../detection/lab/labels.ts';
import type { LabLedger } from '../../detection/lab/ledger.ts';
import { lengthOnly } from '../../analysis/lengthOnly.ts';
import { scoreAnalysis } from '../../detection/lab/scoreReport.ts';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { makeBundle } from '../../analysis/bundle.ts';
import type { Analysis } from '../../analysis/stages.ts';
import type { LabApi, LabelSet, LabelText, PowerInputs } from '../lab.ts';
import type { EngineContext } from './context.ts';

/** Answers the laboratory: columns for its workers, and scores, which are quick. */
export function labQuestions(context: EngineContext): LabApi {
  /** Those of a file, or of the ledger's column, and beside them those that the user marked. */
  function labelsOf(analysis: Analysis, file: LabelText | null, marks: LabelText | null = null): LabelSet {
    const given = labelsGiven(analysis, file);
    if (!marks) return given;
    const { intervals, leftOut } = labelsGiven(analysis, marks);
    const all = [...given.intervals, ...intervals].sort((a, b) => a.from - b.from);
    return { ...given, intervals: all, leftOut: [...given.leftOut, ...leftOut] };
  }

  function labelsGiven({ events }: Analysis, file: LabelText | null): LabelSet {
    const { columns, report } = context.open.ledger;
    if (!file)
      return { file: null, format: 'column', intervals: labelledIntervals(columns.label, events), leftOut: [] };
    return { file: file.name, ...readLabels(file.text, file.name, events, { ledger: report.name }) };
  }

  return {
    inControl: (from) =>
      context.answerWhole(({ events, signals, decisions, reference, parameters }) => {
        const { calibration, alerts } = decisions;
        return {
          revision: context.standing.revision,
          parameters,
          inControl: inControlOf({ events, signals, calibration, reference, parameters, alerts }, from),
        };
      }),

    beyond: (name, limits) =>
      context.answer(({ events, signals, decisions, reference, parameters }) => {
        const { calibration, alerts } = decisions;
        return countBeyond({ events, signals, calibration, reference, parameters, alerts }, signals[name], limits);
      }),

    labColumns: () =>
      context.answerWhole((analysis) => {
        const { parameters, reference } = analysis;
        if (reference.from === reference.to) {
          throw new TautlineFailure({
            kind: 'ledger',
            problem:
              'the reference comes from a file, and a sweep calibrates every cell on a reference period of this ledger',
            advice: 'Go back to the reference period of this ledger (Ledger, in the parameter panel).',
          });
        }
        return { parameters, ledger: labLedger(analysis) };
      }),

    // In turn: an analysis would read the same messages meanwhile.
    powerInputs: () => {
      const { signal } = context;
      return context.answer(async () => {
        const { stages } = context.open;
        const inputs: PowerInput[] = [];
        const missing: PowerInputs['missing'][number][] = [];
        for (const channel of CHANGE_CHANNELS) {
          const input = await stages.powerInput(channel, { signal, onProgress: () => undefined });
          if (typeof input === 'string') missing.push({ channel, reason: input });
          else inputs.push(input);
        }
        return { inputs, missing };
      }, true);
    },

    delayPlan: (ask) =>
      context.answerWhole((analysis) => {
        const { parameters } = analysis;
        const ledger = labLedger(analysis);
        const horizon = ask.horizon ?? horizonOf(ledger, ask.stream, parameters);
        const starts =
          ask.start === null
            ? delayStarts(ledger, ask.stream, ask.count, horizon, parameters)
            : [ownEventFrom(ledger, ask.stream, ask.start)];
        const baseline = context.open.stages.detector.baseline(analysis.fitted, parameters);
        const tasks = delayTasks(ledger, baseline, { parameters, ...ask, starts, horizon });
        return { parameters, starts, tasks, horizon };
      }),

    labels: (file, marks) => context.answerWhole((analysis) => labelsOf(analysis, file, marks)),

    score: (file, marks) =>
      context.answerWhole(async (analysis) => {
        const { revision } = context.standing;
        const { kernels, ledger } = context.open;
        const {
          events,
          decisions: { alerts },
          reference,
        } = analysis;
        const labels = labelsOf(analysis, file, marks);
        const { intervals } = labels;
        const alone = await lengthOnly({ kernels, ledger }, analysis);
        const report = scoreAnalysis({ events, alerts, intervals, reference, lengthOnly: alone });
        return { revision, labels, report, reference };
      }),

    bundle: (characteristics, labels) =>
      context.answerWhole((analysis) => {
        const { ledger, stages } = context.open;
        // The engine opens every ledger with the default number of reference events for the built-in embedder.
        const embedderReference = DEFAULT_PARAMETERS.reference_events;
        return makeBundle(ledger, analysis, stages.detector, {
          comparedWith: context.standing.comparedWith,
          embedderReference,
          characteristics,
          labels: labelsOf(analysis, labels).intervals,
        });
      }),
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
