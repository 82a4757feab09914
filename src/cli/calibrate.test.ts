import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadRun } from '../harness/monteCarlo.ts';
import { run as calibrate } from './calibrate.ts';

let folder: string;
let printed: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-calibrate-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed += `${text}\n`;
  });
});

const json = async (...path: string[]) => JSON.parse(await readFile(join(folder, ...path), 'utf8'));

describe('calibrate', () => {
  it('passes by default, runs the Monte Carlo on workers and writes both', async () => {
    expect(await calibrate(['--seeds', '1', '--from', '5', '--workers', '2', '--out', join(folder, 'default')])).toBe(
      0,
    );
    expect(printed).toMatch(/pass +Independent fracture +Drift fires at event +12,403 +12,403/);
    expect(printed).toContain('all 27 verdicts pass');
    expect(printed).toContain('Monte Carlo, seeds 5 to 5: 250,000 events');
    expect(printed).toMatch(
      /STYLE_SHIFT where no fault is felt {2}0 in 48,000 judged events: 0 in a million \(0 to 77\)/,
    );
    const verdicts = await json('default', 'verdicts.json');
    expect(verdicts).toMatchObject({ pass: true, parameters: {} });
    expect(verdicts.verdicts.find((row: { id: string }) => row.id === 'homogenisation-event').measured).toBe(28_110);
    expect(Object.keys(verdicts.choices)).toContain('rampStart');
    const saved = loadRun(await readFile(join(folder, 'default', 'monte-carlo.json'), 'utf8'), 'monte-carlo.json');
    expect(saved.trials.map((t) => t.seed)).toEqual([5, 5, 5, 5, 5]);
  }, 60_000);

  it('ends with 1 where a verdict fails, and compares with a saved run', async () => {
    const params = join(folder, 'params.json');
    await writeFile(params, '{"adaptive": false, "stream": "team"}');
    const out = join(folder, 'fixed');
    expect(
      await calibrate([
        '--params',
        params,
        '--seeds',
        '1',
        '--from',
        '5',
        '--compare',
        join(folder, 'default', 'monte-carlo.json'),
        '--out',
        out,
      ]),
    ).toBe(1);
    expect(printed).toContain(
      'note: Generated ledgers have no "team" to take streams by: their providers are the streams.',
    );
    expect(printed).toContain('2 of 27 verdicts fail: backoff-window, backoff-alerts');
    expect(printed).toMatch(/\* backoff: Dynamic window in the spells +384 -> 120/);
    expect(await json('fixed', 'verdicts.json')).toMatchObject({
      pass: false,
      parameters: { adaptive: false, stream: 'team' },
    });
  }, 60_000);

  it.each([
    [['--seeds', '0'], '"--seeds": is "0"'],
    [['--seed', '1.5'], '"--seed": is "1.5"'],
    [['--params', '/nowhere.json'], '/nowhere.json'],
    [['--compare', 'run.json'], '--seeds N'],
    [['--seeds', '1', '--compare', '/nowhere.json'], '/nowhere.json'],
  ])('refuses %j in one line', async (args, problem) => {
    await expect(calibrate([...args, '--out', join(folder, 'never')])).rejects.toThrow(problem);
    await expect(readdir(join(folder, 'never'))).rejects.toThrow();
  });
});
