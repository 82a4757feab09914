import { describe, expect, it } from 'vitest';
import { AGENT_METRICS } from '../../../detection/drilldown/agents.ts';
import { METRICS, missingColumns, segments, topOf } from './metrics.ts';

describe('segments', () => {
  it('break where nothing is stated, which is not 0', () => {
    const lines = segments({ values: Float64Array.of(0, 1, NaN, NaN, 0.5, NaN) }, 1, 60, 10);
    expect(lines).toEqual(['5.0,10.0 15.0,0.0', '45.0,5.0']);
  });
  it('draw a series of nothing but zeros at the bottom', () =>
    expect(segments({ values: Float64Array.of(0, 0) }, 0, 20, 10)).toEqual(['5.0,10.0 15.0,10.0']));
});

it('names the columns that are not there', () => {
  expect(missingColumns('cacheHit', ['input_tokens', 'text'])).toEqual(['cached_tokens']);
  expect(missingColumns('disagreement', [])).toEqual(['decision', 'thread_id']);
  for (const metric of AGENT_METRICS) expect(missingColumns(metric, METRICS[metric].needs)).toEqual([]);
});

it('finds the top of a scale, whatever is missing', () => {
  expect(topOf([{ values: Float64Array.of(NaN, 0.2) }, { values: Float64Array.of(0.7, NaN) }], 0.1)).toBe(0.7);
  expect(topOf([{ values: Float64Array.of(NaN) }], 0.1)).toBe(0.1);
});
