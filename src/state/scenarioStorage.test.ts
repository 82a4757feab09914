import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../detection/parameters.ts';
import { keepScenario, type Scenario } from './scenarios.ts';
import { browserScenarios } from './scenarioStorage.ts';

const KEY = 'tautline.scenarios';

/** The browser's storage as a map. */
function texts(start: Readonly<Record<string, string>> = {}) {
  const map = new Map(Object.entries(start));
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, text: string) => void map.set(key, text),
  };
}
const over = (stored: unknown) => {
  const storage = texts({ [KEY]: JSON.stringify(stored) });
  return {
    storage,
    kept: () => JSON.parse(storage.map.get(KEY)!) as unknown,
    scenarios: browserScenarios(() => storage),
  };
};
const strict: Scenario = { name: 'strict', parameters: { ...DEFAULT_PARAMETERS, h: 12 } };
const loose: Scenario = { name: 'loose', parameters: { ...DEFAULT_PARAMETERS, h: 4 } };

describe('scenarios of the browser', () => {
  it('come back as they were kept, and are none in a new browser', () => {
    const storage = texts();
    const scenarios = browserScenarios(() => storage);
    expect(scenarios.read()).toEqual({ scenarios: [], problems: [] });
    expect(scenarios.write([strict, loose])).toEqual({ ok: true, value: [strict, loose] });
    expect(scenarios.read()).toEqual({ scenarios: [strict, loose], problems: [] });
  });

  it('of two tabs do not overwrite each other', () => {
    const storage = texts({ [KEY]: JSON.stringify([strict, loose]) });
    const [here, there] = [browserScenarios(() => storage), browserScenarios(() => storage)];
    const mine = here.read().scenarios;
    const other = { name: 'other', parameters: { ...DEFAULT_PARAMETERS, h: 6 } };
    const stricter = { ...strict, parameters: { ...DEFAULT_PARAMETERS, h: 15 } };
    there.read();
    // There one is added, one changed and one deleted; here another one is added.
    there.write([stricter, other]);
    const added = { name: 'mine', parameters: { ...DEFAULT_PARAMETERS, h: 7 } };
    expect(here.write([...mine, added])).toEqual({ ok: true, value: [stricter, added, other] });
    expect(here.read().scenarios).toEqual([stricter, added, other]);
    // What both change is as the last one wrote it.
    there.write([{ ...stricter, parameters: DEFAULT_PARAMETERS }, added, other]);
    expect(here.write([strict, other])).toEqual({ ok: true, value: [strict, other] });
  });

  it('that cannot be read hide no other, are named, and stay as they are whatever is kept later', () => {
    const bad = [
      { name: 'broken', parameters: { h: 99 } },
      { name: 'torn', parameters: { lambda_slow: 0.9 } },
      { name: ' ', parameters: {} },
      'nothing',
      null,
      { name: 'empty' },
    ];
    const { kept, scenarios } = over([strict, ...bad, loose]);
    const read = scenarios.read();
    expect(read.scenarios).toEqual([strict, loose]);
    expect(read.problems).toEqual([
      expect.stringMatching(/“broken” \(h is 99.*“torn” \(lambda_slow.*number 4.*number 5.*and 1 more/),
    ]);
    scenarios.write(keepScenario(read.scenarios, 'new', { ...DEFAULT_PARAMETERS, h: 5 }));
    expect(kept()).toEqual([...bad, strict, loose, { name: 'new', parameters: { ...DEFAULT_PARAMETERS, h: 5 } }]);
    scenarios.write([]);
    expect(kept()).toEqual(bad);
  });

  it('keep parameters that this version does not know, say so, and use them again once it does', () => {
    const { kept, scenarios } = over([{ name: 'later', parameters: { h: 9, tau: 0.5, __proto: 1 } }, loose]);
    const { scenarios: read, problems } = scenarios.read();
    const later = { name: 'later', parameters: { ...DEFAULT_PARAMETERS, h: 9 }, unknown: { tau: 0.5, __proto: 1 } };
    expect(read).toEqual([later, loose]);
    expect(problems).toEqual([expect.stringContaining('“later” (tau, __proto)')]);
    scenarios.write(read);
    expect(kept()).toEqual([later, loose]);
    expect(scenarios.read().scenarios).toEqual([later, loose]);
    // Written by a version that did not know kappa.
    const known = over([{ name: 'later', parameters: { h: 9 }, unknown: { kappa: 2, tau: 0.5 } }]).scenarios.read();
    expect(known.scenarios).toEqual([
      { name: 'later', parameters: { ...DEFAULT_PARAMETERS, h: 9, kappa: 2 }, unknown: { tau: 0.5 } },
    ]);
  });

  it('of an earlier version are used, keep what is retired, and say so', () => {
    const quick = { name: 'quick', parameters: { ...DEFAULT_PARAMETERS, mewma_lambda: 0.2, false_alarm_budget: 500 } };
    const { scenarios, kept } = over([quick]);
    const read = scenarios.read();
    const parameters = { ...DEFAULT_PARAMETERS, false_alarm_budget: 1000 };
    expect(read.scenarios).toEqual([{ name: 'quick', parameters, unknown: { mewma_lambda: 0.2 } }]);
    expect(read.problems.join(' ')).toMatch(/“quick” \(mewma_lambda\).*“quick” \(false_alarm_budget was 500/);
    scenarios.write(read.scenarios);
    expect(kept()).toEqual(read.scenarios);
  });

  it.each(['{"half', '{"format":"something else"}', '7', ''])(
    'are not written over where their text is none of theirs: %s',
    (text) => {
      const storage = texts({ [KEY]: text, 'tautline.scenarios.unreadable': 'of before' });
      const scenarios = browserScenarios(() => storage);
      expect(scenarios.read()).toEqual({ scenarios: [], problems: [expect.stringContaining('cannot be read')] });
      scenarios.write([strict]);
      expect(storage.map.get('tautline.scenarios.unreadable.2')).toBe(text);
      expect(storage.map.get('tautline.scenarios.unreadable')).toBe('of before');
      expect(scenarios.read()).toEqual({ scenarios: [strict], problems: [] });
    },
  );

  it('lose nothing that was stored, whatever that was', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (stored) => {
        const { kept, scenarios } = over([...stored, strict]);
        scenarios.write(scenarios.read().scenarios);
        for (const item of stored) expect(kept()).toContainEqual(JSON.parse(JSON.stringify(item)));
        expect(kept()).toContainEqual(strict);
      }),
    );
  });

  it('say why they could not be kept', () => {
    const full = {
      ...texts(),
      setItem: () => {
        throw new Error('the quota has been exceeded');
      },
    };
    expect(browserScenarios(() => full).write([strict])).toEqual({ ok: false, error: 'the quota has been exceeded' });
    const refused = browserScenarios(() => {
      throw new Error('refused');
    });
    expect(refused.read()).toEqual({ scenarios: [], problems: [] });
    expect(refused.write([strict])).toEqual({ ok: false, error: 'refused' });
  });
});
