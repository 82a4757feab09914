import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ruleKey } from '../../detection/channels/limitRule.ts';
import { DEFAULT_PARAMETERS, parseParameters, type Parameters } from '../../detection/parameters.ts';
import type { Threshold } from '../../charts/paint.ts';
import { PANELS } from '../registry.ts';
import { analysed, inputOf, type Analysed } from '../testing.ts';
import { dragTo, limitSliders, stepBy } from './limits.ts';

const LINE_PANELS = PANELS.filter((panel) => panel.type === 'lines');
const governed = ['divergence', 'cusum', 'friction', 'entropy', 'coupling', 'tension', 'latency', 'style', 'meaning'];

describe('limits that are drawn', () => {
  let tiny: Analysed;
  beforeAll(async () => {
    tiny = await analysed({ texts: true });
  });
  /** What a panel draws with parameters, on the calibration of the defaults. */
  const drawn = async (id: string, parameters: Parameters = DEFAULT_PARAMETERS): Promise<readonly Threshold[]> => {
    const panel = LINE_PANELS.find((one) => one.id === id)!;
    return panel.toChart(await inputOf(panel, tiny, { parameters })).thresholds;
  };

  it.each(governed)('%s: its limits follow from parameters, and are inverted', async (id) => {
    const thresholds = (await drawn(id)).filter(({ value }) => Number.isFinite(value));
    const sliders = limitSliders(thresholds, DEFAULT_PARAMETERS);
    expect(sliders.length).toBeGreaterThan(0);
    for (const slider of sliders) {
      const { value } = thresholds.find(({ rule }) => rule && ruleKey(rule) === ruleKey(slider.rule))!;
      expect(slider.value).toBeCloseTo(value, 9);
      expect(slider.min).toBeLessThan(slider.max);
      expect(dragTo(DEFAULT_PARAMETERS, slider.rule, value)).toBeNull();
      for (const steps of [1, -1]) {
        const change = stepBy(DEFAULT_PARAMETERS, slider.rule, steps);
        const parameters = { ...DEFAULT_PARAMETERS, ...change };
        const after = limitSliders(thresholds, parameters).find(({ name }) => name === slider.name)!;
        expect(Math.sign(after.value - slider.value), `${slider.name} by ${steps}`).toBe(steps);
        expect(dragTo(DEFAULT_PARAMETERS, slider.rule, after.value)).toEqual(change);
      }
    }
  });

  it('move to what a panel then draws', async () => {
    const [rule] = (await drawn('friction')).map((threshold) => threshold.rule!);
    const change = dragTo(DEFAULT_PARAMETERS, rule, 3)!;
    const [{ value }] = await drawn('friction', { ...DEFAULT_PARAMETERS, ...change });
    expect(Math.abs(Math.log(value / 3))).toBeLessThan(Math.abs(rule.scale) * 0.06);
  });

  it('never leave what the parameters allow, wherever they are dragged', async () => {
    const rules = (await Promise.all(governed.map((id) => drawn(id)))).flat().flatMap(({ rule }) => rule ?? []);
    fc.assert(
      fc.property(fc.constantFrom(...rules), fc.double({ noNaN: true }), (rule, limit) => {
        const change = dragTo(DEFAULT_PARAMETERS, rule, limit);
        expect(parseParameters({ ...DEFAULT_PARAMETERS, ...change }).ok).toBe(true);
      }),
    );
  });
});
