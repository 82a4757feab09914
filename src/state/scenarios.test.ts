import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS, type Parameters } from '../detection/parameters.ts';
import { record, redo, startHistory, undo, type History } from './history.ts';
import {
  experimentFileText,
  deleteScenario,
  isExperimentFile,
  keepScenario,
  keepScenarios,
  normalBaseline,
  readExperiment,
  renameScenario,
  scenarioOf,
  suggestName,
  type Experiment,
} from './scenarios.ts';

const parameters = fc
  .record({ h: fc.integer({ min: 1, max: 40 }), kappa: fc.constantFrom(0.5, 1, 2), k: fc.integer({ min: 1, max: 64 }) })
  .map((change): Parameters => ({ ...DEFAULT_PARAMETERS, ...change }));
const name = fc.constantFrom('a', 'b', 'strict', 'two words');

/** What a user does to the experiment. */
const act = fc.oneof(
  parameters.map((p) => (experiment: Experiment): Experiment => ({ ...experiment, parameters: p })),
  fc
    .option(parameters)
    .map((p) => (experiment: Experiment): Experiment => ({ ...experiment, baseline: normalBaseline(p) })),
  name.map((n) => (experiment: Experiment): Experiment => ({
    ...experiment,
    scenarios: keepScenario(experiment.scenarios, n, experiment.parameters),
  })),
  fc.tuple(name, name).map(([from, to]) => (experiment: Experiment): Experiment => ({
    ...experiment,
    scenarios: renameScenario(experiment.scenarios, from, to),
  })),
  name.map((n) => (experiment: Experiment): Experiment => ({
    ...experiment,
    scenarios: deleteScenario(experiment.scenarios, n),
  })),
);
const START: Experiment = { parameters: DEFAULT_PARAMETERS, baseline: null, scenarios: [] };
const play = (acts: readonly ((experiment: Experiment) => Experiment)[]) =>
  acts.reduce((h, a) => record(h, a(h.present)), startHistory(START));
const times = <T>(n: number, step: (h: History<T>) => History<T>, h: History<T>): History<T> =>
  Array.from({ length: n }).reduce<History<T>>((at) => step(at), h);

describe('undo and redo', () => {
  it('redo takes back every undo, and undo every redo, from wherever they start', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), fc.nat({ max: 30 }), fc.nat({ max: 30 }), (acts, back, more) => {
        const at = times(back, undo, play(acts));
        const steps = Math.min(more, at.past.length);
        expect(times(steps, redo, times(steps, undo, at))).toEqual(at);
        const ahead = Math.min(more, at.future.length);
        expect(times(ahead, undo, times(ahead, redo, at))).toEqual(at);
      }),
    );
  });

  it('undo goes through the states in reverse, down to the first', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
        const end = play(acts);
        const seen: Experiment[] = [];
        for (let h = end; ; h = undo(h)) {
          seen.push(h.present);
          if (h.past.length === 0) break;
        }
        expect(seen.reverse()).toEqual([...end.past, end.present]);
        expect(seen[0]).toEqual(START);
      }),
    );
  });

  it('a new state drops what was undone; the same state drops nothing', () => {
    const two = play([
      (b) => ({ ...b, parameters: { ...b.parameters, h: 7 } }),
      (b) => ({ ...b, parameters: { ...b.parameters, h: 6 } }),
    ]);
    const back = undo(two);
    expect(record(back, { ...back.present })).toBe(back);
    expect(record(back, START).future).toEqual([]);
    expect(undo(startHistory(START)).present).toBe(START);
  });
});

describe('scenarios', () => {
  const strict = { ...DEFAULT_PARAMETERS, h: 12 };

  it('are kept, found again, renamed without taking another name, and deleted', () => {
    const one = keepScenario([], '  strict  one ', strict);
    expect(one).toEqual([{ name: 'strict one', parameters: strict }]);
    expect(scenarioOf(one, { ...strict })?.name).toBe('strict one');
    const two = keepScenario(one, 'loose', DEFAULT_PARAMETERS);
    expect(renameScenario(two, 'loose', 'strict one')).toBe(two);
    expect(renameScenario(two, 'loose', 'wide').map((s) => s.name)).toEqual(['strict one', 'wide']);
    expect(keepScenario(two, 'strict one', DEFAULT_PARAMETERS).map((s) => s.parameters.h)).toEqual([8.5, 8.5]);
    expect(deleteScenario(two, 'loose')).toEqual(one);
    expect(keepScenario(two, '   ', strict)).toBe(two);
  });

  it('have a name on offer that is not taken', () => {
    expect(suggestName([], strict)).toBe('h 12');
    expect(suggestName(keepScenario([], 'h 12', strict), strict)).toBe('h 12 (2)');
    expect(suggestName([], DEFAULT_PARAMETERS)).toBe('defaults');
  });

  it('come back from a file, with candidate and baseline', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        const experiment = play(acts).present;
        const raw: unknown = JSON.parse(experimentFileText(experiment));
        expect(isExperimentFile(raw)).toBe(true);
        expect(readExperiment(raw)).toEqual({ ok: true, value: experiment });
      }),
    );
    expect(isExperimentFile({ h: 7 })).toBe(false);
  });

  it('are refused by name where a file is wrong', () => {
    const raw = {
      format: 'tautline-scenarios',
      version: 1,
      parameters: { h: 99 },
      baseline: null,
      scenarios: [
        { name: '', parameters: {} },
        { name: 'x', parameters: { hh: 1 } },
      ],
    };
    const read = readExperiment(raw);
    expect(read.ok ? [] : read.error.map((e) => e.name)).toEqual([
      'parameters.h',
      'scenarios[0].name',
      'scenarios[1].hh',
    ]);
  });

  it('of a file of 20,000 are all there, as is what their file says of parameters of another version', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({
      name: `number ${i % 15_000}`,
      parameters: { ...DEFAULT_PARAMETERS, h: 1 + (i % 30) },
      ...(i === 19_999 && { unknown: { tau: [1, 2] } }),
    }));
    const file: unknown = JSON.parse(experimentFileText({ ...START, scenarios: many }));
    const read = readExperiment(file);
    const { scenarios } = read.ok ? read.value : START;
    expect(scenarios).toHaveLength(15_000);
    // The later of two of a name, in the place of the first.
    expect(scenarios[4_999]).toEqual(many[19_999]);
    expect(scenarios[5_000]).toEqual(many[5_000]);
    const again = keepScenarios(scenarios, scenarios);
    expect(again).toEqual(scenarios);
    expect(suggestName(again, { ...DEFAULT_PARAMETERS, h: 12 })).toBe('h 12');
  });
});
