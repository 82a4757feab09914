import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TautlineFailure } from '../core/errors.ts';
import { run as analyze } from './analyze.ts';
import { run as bundle } from './bundle.ts';
import { run as generate } from './generate.ts';
import { readPart } from './part.ts';
import { run as replay } from './replay.ts';

describe('the options that narrow a ledger', () => {
  it('are read into a part', () => {
    expect(readPart({})).toBeUndefined();
    expect(
      readPart({
        where: ['provider_id=b,a', 'hour=2026-01-05T09', 'provider_id=__HIVE_DEFAULT_PARTITION__'],
        from: '2026-01-05T09:30',
        to: '1767609000000.5',
      }),
    ).toEqual({
      where: { hour: ['2026-01-05T09'], provider_id: ['a', 'b', null] },
      from: Date.UTC(2026, 0, 5, 9, 30),
      to: 1767609000000.5,
    });
  });

  it('may have any name', () => {
    const where = ['__proto__=x', 'constructor=y', '__proto__=z'];
    expect(Object.entries(readPart({ where })!.where)).toEqual([
      ['__proto__', ['x', 'z']],
      ['constructor', ['y']],
    ]);
  });

  it.each([
    [{ to: '8640000000000001' }, '--to'],
    [{ where: ['provider_id'] }, '--where'],
    [{ where: ['=a'] }, '--where'],
    [{ where: ['hour='] }, '--where'],
    [{ from: 'noon' }, '--from'],
    [{ to: '' }, '--to'],
    [{ from: '2026-01-05', to: '2026-01-05' }, '--to'],
  ])('%j is refused by name', (values, name) => {
    const error = (() => {
      try {
        readPart(values);
        return null;
      } catch (thrown) {
        return (thrown as TautlineFailure).error;
      }
    })();
    expect(error).toMatchObject({ kind: 'parameter', name });
  });
});

describe('commands on a part of a ledger', () => {
  let folder = '';
  let lines: string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tautline-part-'));
    lines = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  it('say which part it is, and a bundle made on it replays on it alone', async () => {
    const ledger = join(folder, 'ledger');
    await generate(['quick-tour', '--out', ledger]);
    const part = ['--where', 'provider_id=provider-1,provider-2', '--to', '2026-01-05T09:20:00Z'];
    lines = [];
    expect(await analyze([ledger, ...part, '--out', join(folder, 'out')])).toBe(0);
    const named = 'provider_id provider-1, provider-2; to before 2026-01-05 09:20:00.000';
    expect(lines[0].startsWith(`4 files [${named}]: 2,400 of 6,000 events in 2 streams`)).toBe(true);
    expect(lines).toContain(`note: Only a part is open: 2,400 of 6,000 events (${named}).`);
    const file = join(folder, 'deployed.json');
    expect(await bundle([ledger, ...part, '--out', file])).toBe(0);
    const { ledger: facts } = JSON.parse(await readFile(file, 'utf8')) as { ledger: { name: string; events: number } };
    expect(facts).toMatchObject({
      name: expect.stringMatching(/\[provider_id provider-1, provider-2; to before/),
      events: 2400,
    });
    lines = [];
    expect(await replay([ledger, ...part, '--bundle', file])).toBe(0);
    expect(lines.at(-2)).toMatch(/2,400 of 6,000 events, \d+ alerts?, exactly those expected$/);
    lines = [];
    expect(await replay([ledger, '--bundle', file])).toBe(0);
    expect(lines.at(-2)).toMatch(/another ledger than the bundle's/);
  });
});
