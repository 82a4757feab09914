import { describe, expect, it } from 'vitest';
import { behaviourFeatures, fitBehaviour, planBehaviour } from './behaviour.ts';

const COLUMNS = [
  { name: 'output_tokens', isNumeric: true },
  { name: 'latency_ms', isNumeric: true },
  { name: 'role', isNumeric: false },
  { name: 'tier', isNumeric: false },
  { name: 'score', isNumeric: false },
];

describe('what behaviour is made of', () => {
  it('takes what the ledger has, names what it has not, and adds columns of the user', () => {
    expect(planBehaviour('auto', COLUMNS).candidates.map(({ label }) => label)).toEqual([
      'output tokens',
      'latency',
      'tool calls',
    ]);
    expect(planBehaviour('auto', []).candidates).toEqual([]);
    const plan = planBehaviour(['auto', 'tier', 'raw:score', 'mood'], COLUMNS);
    expect(plan.unknown).toEqual(['mood']);
    expect(plan.columns).toEqual(['output_tokens', 'latency_ms', 'role', 'tier', 'score']);
  });

  it('scales by what varies within streams, indicators by their share at least, and drops what is constant', () => {
    const plan = planBehaviour(['output_tokens', 'latency_ms', 'auto', 'tier', 'score'], COLUMNS);
    const stream = [0, 0, 1, 1];
    const values = {
      output_tokens: [Math.E - 1, Math.E ** 3 - 1, Number.NaN, Math.E ** 5 - 1],
      latency_ms: [7, 7, 9, 9],
      role: ['assistant', null, 'assistant', 'user'],
      tier: ['Gold', 'gold', 'silver', null],
      score: ['-1.5', '2', null, '4'],
    };
    const { features, dropped } = fitBehaviour(plan, stream, values);
    expect(dropped).toEqual(['latency_ms', 'latency']);
    const scaleOf = Object.fromEntries(features.map(({ label, scale }) => [label, scale]));
    // Logarithms 1 and 3 about 2, 5 about itself: sqrt((1 + 1 + 0) / (4 - 1 - 2)).
    expect(scaleOf['output_tokens']).toBeCloseTo(Math.SQRT2, 12);
    // Never seen: p = 0.5 / 5.
    expect(scaleOf['tool calls']).toBeCloseTo(Math.sqrt(0.1 * 0.9), 12);
    expect(features.map(({ label }) => label)).toEqual([
      'output_tokens',
      'output tokens',
      'tool calls',
      'tier gold',
      'tier silver',
      'score',
    ]);
    const out = new Float64Array(features.length);
    behaviourFeatures(features, { ...values, role: ['TOOL', 'x', 'x', 'x'] }, 0, out, 0);
    expect(out[0]).toBeCloseTo(1 / Math.SQRT2, 12);
    expect(out[2]).toBeCloseTo(1 / scaleOf['tool calls'], 12);
    expect(Math.sign(out[5])).toBe(-1);
    behaviourFeatures(features, values, 2, out, 0);
    expect([out[0], out[5], out[3]]).toEqual([Number.NaN, Number.NaN, 0]);
  });
});
