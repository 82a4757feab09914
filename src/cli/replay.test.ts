import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TautlineFailure } from '../core/errors.ts';
import { without } from '../core/fields.ts';
import { CHANGE_KINDS } from '../detection/channels/table.ts';
import type { AlertJson } from '../detection/files/results.ts';
import { bundleFromJson } from '../detection/lab/bundle.ts';
import { bundleFromProtobuf } from '../detection/lab/bundleProtobuf.ts';
import { run as analyze } from './analyze.ts';
import { run as bundle } from './bundle.ts';
import { run as generate } from './generate.ts';
import { run as replay } from './replay.ts';
import { run as score } from './score.ts';

interface BundleFile {
  parameters: Record<string, unknown>;
  ledger: Record<string, unknown>;
  embedder: { name: string };
  retired: unknown;
  baseline: Record<string, unknown>;
  alerts: AlertJson[];
  rollout: object;
}

let folder: string;
let tour: string;
let printed: string[] = [];
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  folder = await mkdtemp(join(tmpdir(), 'tautline-replay-'));
  await generate(['quick-tour', '--seed', '3', '--single', '--out', folder]);
  await generate(['quick-tour', '--seed', '4', '--single', '--out', at('other')]);
  tour = at('quick-tour.parquet');
  // More axes and another reference than the default, so that nothing agrees by accident.
  await writeFile(
    at('p.json'),
    JSON.stringify({ h: 5, k: 6, reference_events: 900, lambda_slow: 0.04, mewma_lambda: 0.15, emd_window: 48 }),
  );
  await bundle([tour, '--params', at('p.json'), '--out', at('b.json')]);
  await bundle([tour, '--params', at('p.json'), '--out', at('b.pb')]);
});
beforeEach(() => {
  printed = [];
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const failure = async (call: Promise<unknown>): Promise<string> => {
  const thrown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(TautlineFailure);
  return (thrown as TautlineFailure).message;
};

describe('tautline bundle and replay', () => {
  it('write the same bundle as JSON and as protobuf, with what was measured', async () => {
    const json = bundleFromJson(await readFile(at('b.json'), 'utf8'), 'b.json');
    expect(bundleFromProtobuf(await readFile(at('b.pb')), 'b.pb')).toEqual(json);
    expect(json).toMatchObject({
      parameters: { h: 5, k: 6 },
      ledger: { name: 'quick-tour.parquet', events: 6000, reference: { from: 0, to: 900 } },
      baseline: { projection: { k: 32, dimension: 64 }, reference: { k: 6 } },
    });
    expect(json.createdBy).toMatch(/^tautline \d/);
    expect(json.alerts.length).toBeGreaterThan(0);
    const oc = json.operatingCharacteristics!;
    expect(oc.inControlEvents).toBeGreaterThan(500);
    expect(oc.arl0).toBeGreaterThan(50);
    expect(oc.falseAlertsPerDay).toBeCloseTo(oc.eventsPerDay / oc.arl0, 6);
  });

  it.each(['b.json', 'b.pb'])('raise on the original ledger exactly the alerts of %s', async (file) => {
    const { alerts } = bundleFromJson(await readFile(at('b.json'), 'utf8'), 'b.json');
    expect(await replay([tour, '--bundle', at(file)])).toBe(0);
    expect(printed).toHaveLength(alerts.length + 2);
    expect(printed.at(-2)).toContain(`${alerts.length} alerts, exactly those expected`);
    expect(printed.at(-1)).toMatch(/6,000 events.*proves that a consumer raises exactly these alerts/);
  });

  it('also where the ledger is cut into other files, and those of an analysis by the bundle', async () => {
    await generate(['quick-tour', '--seed', '3', '--out', at('hive')]);
    expect(await replay([at('hive'), '--bundle', at('b.json')])).toBe(0);
    expect(await analyze([tour, '--baseline', at('b.pb'), '--out', at('by-bundle')])).toBe(0);
    expect(await analyze([tour, '--params', at('p.json'), '--out', at('by-hand')])).toBe(0);
    const alerts = async (name: string) =>
      JSON.parse(await readFile(join(at(name), 'alerts.json'), 'utf8')) as AlertJson[];
    expect(await alerts('by-bundle')).toEqual(await alerts('by-hand'));
    expect(
      (await readFile(join(at('by-bundle'), 'signals.parquet'))).equals(
        await readFile(join(at('by-hand'), 'signals.parquet')),
      ),
    ).toBe(true);
  });

  it('of version 1 raise what is left of its alerts, and say what is gone', async () => {
    const { embedder, ...made } = JSON.parse(await readFile(at('b.json'), 'utf8')) as BundleFile;
    const parameters = without(made.parameters, 'meaning_k', 'behaviour', 'conversation_cut');
    const baseline = without(made.baseline, 'style', 'meaning', 'behaviour');
    const earlier = made.alerts.filter(({ kind }) => !(CHANGE_KINDS as readonly string[]).includes(kind));
    const shift = { ...earlier[0], kind: 'SHIFT' };
    const counts = { kept: earlier.length + 1, added: 0, removed: 0, moved: 0, share: 0, advice: 'canary' };
    const file = {
      ...without(made, 'retired'),
      version: 1,
      parameters: { ...parameters, mewma_lambda: 0.1, false_alarm_budget: 500 },
      ledger: { ...made.ledger, embedder: embedder.name },
      baseline: { ...baseline, version: 1, falseAlarms: null },
      alerts: [shift, ...earlier],
      rollout: { ...made.rollout, ...counts },
    };
    await writeFile(at('earlier.json'), JSON.stringify(file));
    expect(await replay([tour, '--bundle', at('earlier.json')])).toBe(0);
    expect(printed.slice(0, 4)).toEqual([
      'note: 1 SHIFT alert of an earlier version is kept, not replayed.',
      'note: false_alarm_budget was 500, below the least of 1000, which is used.',
      'note: mewma_lambda is without effect: SHIFT gave way to style, meaning and behaviour change.',
      'note: Style, meaning and behaviour change are out of action: the bundle has no reference for them.',
    ]);
    expect(printed.at(-2)).toContain(`${earlier.length} alerts, exactly those expected`);
  });

  it('end with 1 and say what differs where the expected alerts are others', async () => {
    const object = JSON.parse(await readFile(at('b.json'), 'utf8')) as { alerts: AlertJson[] };
    object.alerts[0] = { ...object.alerts[0], fired: object.alerts[0].fired + 1 };
    await writeFile(at('changed.json'), JSON.stringify(object));
    expect(await replay([tour, '--bundle', at('changed.json')])).toBe(1);
    expect(printed.join('\n')).toMatch(
      /missing: [\s\S]*not expected: [\s\S]*NOT those expected: 1 of \d+ missing, 1 not expected, 0 different/,
    );
    expect(printed.join('\n')).not.toContain('proves');
  });

  it('on another ledger there is no reference inside, and nothing is expected', async () => {
    expect(await replay([at('other/quick-tour.parquet'), '--bundle', at('b.json')])).toBe(0);
    expect(printed[0]).toContain('note: The bundle was made on another ledger');
    expect(printed.at(-2)).toContain('none are expected');
    expect(printed.at(-1)).toContain('proves that a consumer raises exactly these alerts');
    expect(
      await analyze([at('other/quick-tour.parquet'), '--baseline', at('b.json'), '--out', at('other-by-bundle')]),
    ).toBe(0);
    const { reference } = JSON.parse(await readFile(join(at('other-by-bundle'), 'calibration.json'), 'utf8')) as {
      reference: number[];
    };
    expect(reference).toEqual([0, 0]);
  });

  it('advise to hold where a labelled change is missed', async () => {
    const missed = [{ stream: 'provider-0', from: 5500, to: 5520, label: 'never there' }];
    await writeFile(at('missed.json'), JSON.stringify(missed));
    expect(await bundle([tour, '--labels', at('missed.json'), '--out', at('held.json')])).toBe(0);
    expect(printed.join('\n')).toMatch(
      /rollout: 0 % [^\n]*: hold: it misses[^\n]*\nlabels: 0 of 1 labelled change found/,
    );
    expect(await bundle([tour, '--out', at('held.json')])).toBe(0);
    expect(printed.join('\n')).toMatch(/canary[^\n]*\nlabels: 1 of 1 labelled change found/);
  });

  it('refuse bad input by name', async () => {
    await writeFile(at('broken.json'), '{"format": "tautline-bundle", "version": 1, "ledger": {}}');
    expect(await failure(replay([tour, '--bundle', at('broken.json')]))).toContain('"ledger.fingerprint" is missing');
    expect(await failure(replay([tour, '--bundle', at('none.json')]))).toContain('there is no such file');
    expect(await failure(replay([tour, '--bundle', tour]))).toContain('it is not protobuf as bundle.proto has it');
    expect(await failure(replay([tour]))).toContain('--bundle FILE');
    expect(await failure(replay(['--bundle', at('b.json')]))).toContain('LEDGER');
    expect(await failure(bundle([tour, '--out', at('b.txt')]))).toContain('ends in .json, or in .pb');
  });
});

describe('tautline score', () => {
  it('prints the table with its baselines, and what was missed and false', async () => {
    expect(await score([tour, '--label', 'fracture', '--out', at('score.json')])).toBe(0);
    const text = printed.join('\n');
    for (const row of ['detector', 'all kinds', 'DRIFT', 'text length alone', 'always fires'])
      expect(text).toMatch(new RegExp(`^${row} `, 'm'));
    expect(text).toContain('found by label: fracture 1 of 1');
    const json = JSON.parse(await readFile(at('score.json'), 'utf8')) as {
      all: { score: { recall: number; matches: { delay: number }[] } };
      alwaysFire: { score: { recall: number; precision: number } };
    };
    expect(json.all.score.recall).toBe(1);
    expect(json.all.score.matches[0].delay).toBeLessThan(30);
    // One of four streams from event 4,800 on, of the events after the reference.
    expect(json.alwaysFire.score).toMatchObject({ recall: 1 });
    expect(json.alwaysFire.score.precision).toBeCloseTo(300 / 4800, 2);
  });

  it('counts what is to be absorbed apart', async () => {
    expect(await score([tour])).toBe(0);
    const text = printed.join('\n');
    expect(text).toMatch(/1 labelled stretch to be found, 6 to be absorbed/);
    expect(text).toMatch(/^absorbed by label: backoff \d of 4, transient 1 of 2$/m);
    expect(text).toMatch(/^not absorbed: \d\n( {2}backoff.*\n)* {2}transient in provider-1/m);
  });

  it('takes the labels of a NAB file', async () => {
    await writeFile(
      at('nab.json'),
      JSON.stringify({ 'quick-tour.csv': [['2026-01-05 09:20:00', '2026-01-05 09:25:00']] }),
    );
    expect(await score([tour, '--labels', at('nab.json')])).toBe(0);
    expect(printed[0]).toContain('1 labelled stretch (');
  });

  it('refuses bad input by name', async () => {
    expect(await failure(score([tour, '--label', 'nothing']))).toContain(
      'There are "transient", "backoff", "fracture"',
    );
    expect(await failure(score([tour, '--labels', at('none.json')]))).toContain('there is no such file');
    expect(await failure(score([tour, '--tolerance', 'x']))).toContain('--tolerance');
    expect(await failure(score([]))).toContain('LEDGER');
  });
});
