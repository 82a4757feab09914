import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../detection/parameters.ts';
import { parameterFileText, readFile, readParameterFile } from './parameterFile.ts';

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

  it('with parameters that are retired are read, alone and with scenarios, and say so once', () => {
    const plain = readFile('{"h": 7, "mewma_lambda": 0.2}');
    expect(plain).toMatchObject({ ok: true, value: { parameters: { ...DEFAULT_PARAMETERS, h: 7 } } });
    expect(plain.ok && plain.value.notes).toEqual([expect.stringContaining('mewma_lambda is without effect')]);
    const path = new URL('../../state/fixtures/scenarios-1.json', import.meta.url);
    const read = readFile(readFileSync(path, 'utf8'));
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const { experiment, notes } = read.value;
    expect(experiment?.parameters).toMatchObject({ h: 4, false_alarm_budget: 1000, meaning_k: 32 });
    expect(experiment?.baseline?.h).toBe(9);
    expect(experiment?.scenarios).toMatchObject([{ name: 'quick', parameters: { false_alarm_budget: 1000 } }]);
    expect(notes).toEqual([
      'mewma_lambda is without effect: SHIFT gave way to style, meaning and behaviour change.',
      'false_alarm_budget was 500, below the least of 1000, which is used.',
    ]);
  });

  it('names everything that is wrong', () => {
    const read = readParameterFile('{"h": 99, "tau": 1, "anchor": "none"}');
    expect(read.ok ? [] : read.error.map(({ name }) => name)).toEqual(['h', 'tau', 'anchor']);
    const noJson = readParameterFile('h = 3');
    expect(noJson.ok ? '' : noJson.error[0].problem).toMatch(/^is not JSON/);
  });
});
