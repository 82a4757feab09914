import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParameter, PARAMETER_NAMES, PARAMETER_SPECS, type NumberSpec, type ParameterName } from './parameters.ts';
import { positionOf, snap, stepped, valueAt } from './parameterGrid.ts';

const numberNames = PARAMETER_NAMES.filter((name) => PARAMETER_SPECS[name].type === 'number');
const specOf = (name: ParameterName): NumberSpec => PARAMETER_SPECS[name] as NumberSpec;
const anyNumber = fc.constantFrom(...numberNames);
const position = fc.double({ min: 0, max: 1, noNaN: true });

describe('slider scale', () => {
  it.each(numberNames)('%s: ends, default and every position give a value that the parameter accepts', (name) => {
    const spec = specOf(name);
    expect(valueAt(spec, 0)).toBe(spec.min);
    expect(valueAt(spec, 1)).toBe(spec.max);
    expect(snap(spec, spec.default)).toBe(spec.default);
    expect(valueAt(spec, positionOf(spec, spec.default))).toBe(spec.default);
    fc.assert(fc.property(position, (p) => checkParameter(name, valueAt(spec, p)) === null));
  });

  it('round trips: value -> position -> value', () => {
    fc.assert(
      fc.property(anyNumber, position, (name, p) => {
        const value = valueAt(specOf(name), p);
        expect(valueAt(specOf(name), positionOf(specOf(name), value))).toBe(value);
      }),
    );
  });

  it('is monotonic', () => {
    fc.assert(
      fc.property(anyNumber, position, position, (name, p, q) => {
        expect(valueAt(specOf(name), Math.min(p, q))).toBeLessThanOrEqual(valueAt(specOf(name), Math.max(p, q)));
      }),
    );
  });

  it('steps strictly, stays in range, and stepping back returns', () => {
    fc.assert(
      fc.property(anyNumber, position, (name, p) => {
        const spec = specOf(name);
        const value = valueAt(spec, p);
        const up = stepped(spec, value, 1);
        expect(checkParameter(name, up)).toBeNull();
        if (value === spec.max) expect(up).toBe(value);
        else {
          expect(up).toBeGreaterThan(value);
          if (up < spec.max) expect(stepped(spec, up, -1)).toBe(value);
        }
      }),
    );
  });

  it('steps a logarithmic slider by two significant digits, across decades', () => {
    const spec = specOf('reference_events');
    expect([
      stepped(spec, 2000, 1),
      stepped(spec, 9900, 1),
      stepped(spec, 10_000, 1),
      stepped(spec, 10_000, -1),
    ]).toEqual([2100, 10_000, 11_000, 9900]);
    expect(stepped(spec, 2050, 1)).toBe(2100);
    expect(stepped(spec, 2050, -1)).toBe(2000);
    expect(stepped(spec, 200, -1)).toBe(200);
  });
});
