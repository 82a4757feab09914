import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { explain, TautlineFailure } from '../core/errors.ts';
import { agrees, isGoldenKind, loadGolden, type GoldenCase } from '../analysis/golden.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { run } from './analyze.ts';

const fixture = (name: string) => new URL(`../detection/fixtures/${name}`, import.meta.url).pathname;

let out = '';
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'tautline-'));
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(out, { recursive: true });
});

const readJson = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(out, name), 'utf8'));

async function analyze(name: GoldenCase, ledger: string): Promise<Awaited<ReturnType<typeof loadGolden>>> {
  const golden = await loadGolden(name);
  const parameters = join(out, 'parameters.json');
  await writeFile(
    parameters,
    JSON.stringify((JSON.parse(await readFile(fixture(`${name}.json`), 'utf8')) as { parameters: unknown }).parameters),
  );
  expect(await run([fixture(`${ledger}.parquet`), '--params', parameters, '--out', out])).toBe(0);
  return golden;
}

describe('tautline analyze', () => {
  it.each([
    ['fracture', 'fracture'],
    ['real_turn_sync_reference_anchor', 'real_turn_sync'],
  ] as const)('writes the golden files of %s', async (name, ledger) => {
    const golden = await analyze(name, ledger);
    const parquet = await nodePlatform().parquet();
    const bytes = new Uint8Array(await readFile(join(out, 'signals.parquet')));
    const written = tableFromIPC(parquet.readParquet(bytes).intoIPCStream());
    const expected = tableFromIPC(
      parquet.readParquet(new Uint8Array(await readFile(fixture(`${name}.signals.parquet`)))).intoIPCStream(),
    );
    // One is gone, and columns of later channels follow.
    const kept = expected.schema.fields.filter(({ name: column }) => column !== 'mewma');
    expect(written.schema.fields.slice(0, kept.length).map((f) => `${f.name} ${f.type}`)).toEqual(
      kept.map((f) => `${f.name} ${f.type}`),
    );
    expect([...written.getChild('event_id')!]).toEqual([...expected.getChild('event_id')!]);
    expect([...written.getChild('stream')!]).toEqual([...expected.getChild('stream')!]);
    expect([...written.getChild('route')!]).toEqual(golden.route);
    for (const [column, values] of Object.entries(golden.columns)) {
      const mine = [...written.getChild(column)!].map((v) => (v === null ? Number.NaN : Number(v)));
      expect(
        mine.findIndex((v, i) => !agrees(v, values[i])),
        column,
      ).toBe(-1);
    }
    const alerts = (await readJson('alerts.json')) as (Record<string, unknown> & { readonly kind: string })[];
    const listed = JSON.parse(await readFile(fixture(`${name}.json`), 'utf8')) as { alerts: Record<string, unknown>[] };
    const plain = (alert: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(alert).filter(([key]) => key !== 'peak'));
    expect(alerts.filter(isGoldenKind).map(plain)).toEqual(listed.alerts.map(plain));
    expect(Object.keys(alerts[0]).sort()).toEqual(Object.keys(listed.alerts[0]).sort());
    const calibration = (await readJson('calibration.json')) as Record<string, number>;
    for (const key of ['ref', 'k', 'm', 's', 'fm', 'fs', 'lo', 'hi', 'tension', 'rho', 'wref'] as const) {
      expect(agrees(calibration[key], golden.calibration[key]), key).toBe(true);
    }
  });

  it.each<readonly [name: string, args: string[], message: RegExp]>([
    ['no ledger', ['--out', '/tmp'], /"LEDGER": is missing\. Give one or more files/],
    ['no output', [fixture('fracture.parquet')], /"--out DIR": is missing\. Say where signals\.parquet/],
    ['a file that is not there', ['/no/such.parquet', '--out', '/tmp'], /such\.parquet: there is no such file/],
    ['a file that is no ledger', [fixture('README.md'), '--out', '/tmp'], /README\.md/],
    [
      'an unknown stream key',
      [fixture('fracture.parquet'), '--stream', 'model', '--out', '/tmp'],
      /"stream": is "model", must be one of provider_id/,
    ],
    [
      'an unknown parameter',
      [fixture('fracture.parquet'), '--params', fixture('fracture.json'), '--out', '/tmp'],
      /"parameters": is not a parameter/,
    ],
  ])('refuses %s in one line', async (_, args, message) => {
    const failure = await run(args).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(TautlineFailure);
    const line = explain((failure as TautlineFailure).error);
    expect(line).toMatch(message);
    expect(line).not.toContain('\n');
  });
});
