import { describe, expect, it } from 'vitest';
import { problemWith } from './parameterCheck.ts';
import { DEFAULT_PARAMETERS } from './parameters.ts';

describe('problemWith', () => {
  it('speaks of the range, and of relations to other parameters', () => {
    expect(problemWith(DEFAULT_PARAMETERS, 'h', 99)).toBe('is 99, must be from 0.5 to 40 σ');
    expect(problemWith(DEFAULT_PARAMETERS, 'lambda_slow', 0.3)).toBe('is 0.3, must be below lambda_fast (0.25)');
    expect(problemWith(DEFAULT_PARAMETERS, 'lambda_fast', 0.04)).toBe(
      'lambda_slow is 0.05, must be below lambda_fast (0.04)',
    );
    expect(problemWith(DEFAULT_PARAMETERS, 'h', 9)).toBeNull();
  });
});
