import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explain } from '../core/errors.ts';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { OUTCOMES } from '../ledger/fixtures/damaged/outcomes.ts';
import type { ReferenceFile } from './protocol.ts';
import { errorOf, newEngine } from './testing.ts';

const FOLDER = new URL('../ledger/fixtures/damaged/', import.meta.url);
const drop = async () => undefined;
const ignore = () => undefined;

/** Opens and analyses a file, or takes it for a reference where it is one. */
async function opened(name: string) {
  const bytes = readFileSync(new URL(name, FOLDER));
  const engine = newEngine();
  if (name.endsWith('.json')) {
    const reference: ReferenceFile = { name, text: bytes.toString() };
    await engine.setReferenceFile(reference);
    return null;
  }
  const source = { kind: 'files', files: [{ path: name, blob: new Blob([bytes]) }] } as const;
  const report = await engine.open(source, null, drop, ignore);
  await engine.analyze(DEFAULT_PARAMETERS, ignore);
  return report;
}

describe('a damaged ledger', () => {
  it('has an outcome for every file', () => {
    const files = readdirSync(FOLDER).filter((name) => !/\.(ts|md)$/.test(name));
    expect(Object.keys(OUTCOMES).sort()).toEqual(files.sort());
  });

  it.each(Object.entries(OUTCOMES))('%s', async (name, outcome) => {
    if ('refused' in outcome) {
      const error = await errorOf(opened(name));
      const text = explain(error);
      expect(text).toMatch(outcome.refused);
      expect(error.kind).not.toBe('internal');
      expect(text).not.toMatch(/internal/i);
      expect(text.length).toBeLessThan(2000);
    } else {
      const report = await opened(name);
      expect(report?.events).toBe(outcome.events);
      expect(report?.leftOut.reduce((sum, { count }) => sum + count, 0)).toBe(outcome.leftOut ?? 0);
      if (outcome.says) expect(report?.notes.join(' ')).toMatch(outcome.says);
    }
  });
});
