import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { problemWith } from './check.ts';
import { parameterFileText, readParameterFile } from './parameterFile.ts';

describe('parameter files', () => {
  it('reads back what it writes', () => {
    const parameters = {
      ...DEFAULT_PARAMETERS,
      h: 6,
      zone: [0.4, 2.5] as const,
      reference_range: [100, 900] as const,
      stream: 'agent_id' as const,
    };
    expect(readParameterFile(parameterFileText(parameters))).toEqual({ ok: true, value: parameters });
  });

  it('names everything that is wrong', () => {
    const read = readParameterFile('{"h": 99, "tau": 1, "anchor": "none"}');
    expect(read.ok ? [] : read.error.map(({ name }) => name)).toEqual(['h', 'tau', 'anchor']);
    const noJson = readParameterFile('h = 3');
    expect(noJson.ok ? '' : noJson.error[0].problem).toMatch(/^is not JSON/);
  });
});

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
