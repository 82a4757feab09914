import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pxToX, span, type Domain } from './domain.ts';
import { pinchDomain, wheelDomain, type GestureFrame } from './usePlotGestures.ts';

const full: Domain = { min: 0, max: 1000 };
const box = { left: 66, top: 0, width: 500, height: 100 };
const frame: GestureFrame = { domain: { min: 200, max: 400 }, full, minSpan: 5, box };
const wheel = (change: Partial<WheelEvent>) =>
  wheelDomain(
    { ctrlKey: false, metaKey: false, shiftKey: false, deltaX: 0, deltaY: 0, deltaMode: 0, ...change },
    316,
    frame.domain,
    frame,
  );

describe('the wheel', () => {
  it('scrolls the page by itself', () => {
    expect(wheel({ deltaY: 120 })).toBeNull();
    expect(wheel({ deltaY: 120, deltaX: 20 })).toBeNull();
  });

  it('zooms about the pointer with Ctrl or ⌘, a notch of a wheel and a step of a pinch by about as much', () => {
    for (const key of ['ctrlKey', 'metaKey']) {
      const near = wheel({ [key]: true, deltaY: -120 })!;
      expect(span(near)).toBeLessThan(200);
      expect(pxToX(316, near, box)).toBeCloseTo(pxToX(316, frame.domain, box), 9);
      expect(span(wheel({ [key]: true, deltaY: 120 })!)).toBeGreaterThan(200);
    }
    const ratio = span(wheel({ ctrlKey: true, deltaY: -24 })!) / span(wheel({ ctrlKey: true, deltaY: -120 })!);
    expect(ratio).toBeCloseTo(1, 9);
  });

  it('pans sideways, and with Shift', () => {
    expect(wheel({ deltaX: 50 })).toEqual({ min: 220, max: 420 });
    expect(wheel({ shiftKey: true, deltaY: 50 })).toEqual({ min: 220, max: 420 });
  });
});

describe('two fingers', () => {
  it('keep what is between them between them', () => {
    const finger = fc.double({ min: 166, max: 466, noNaN: true });
    fc.assert(
      fc.property(finger, finger, finger, finger, (a, b, c, d) => {
        fc.pre(Math.abs(a - b) > 20 && Math.abs(c - d) > 20 && a < b === c < d);
        const wide: GestureFrame = { ...frame, full: { min: -1e6, max: 1e6 }, minSpan: 0 };
        const next = pinchDomain({ from: [a, b], to: [c, d] }, frame.domain, wide);
        expect(pxToX(c, next, box)).toBeCloseTo(pxToX(a, frame.domain, box), 6);
        expect(pxToX(d, next, box)).toBeCloseTo(pxToX(b, frame.domain, box), 6);
      }),
    );
  });

  it('do not leave what there is', () => {
    const next = pinchDomain({ from: [300, 320], to: [100, 500] }, frame.domain, frame);
    expect(span(next)).toBeCloseTo(200 / 20, 9);
    expect(pinchDomain({ from: [100, 500], to: [300, 301] }, frame.domain, frame)).toEqual(full);
  });
});
