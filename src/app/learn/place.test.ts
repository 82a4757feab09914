import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeCard, type Box } from './place.ts';

const PAGE = { width: 1280, height: 720 };
const CARD = { width: 340, height: 200 };

const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;

test('the card stands on the first side that has room, else in the corner', () => {
  expect(placeCard({ left: 0, top: 300, width: 300, height: 40 }, CARD, PAGE)).toEqual({ left: 312, top: 300 });
  expect(placeCard({ left: 900, top: 300, width: 380, height: 40 }, CARD, PAGE)).toEqual({ left: 548, top: 300 });
  expect(placeCard({ left: 0, top: 50, width: 1280, height: 60 }, CARD, PAGE)).toEqual({ left: 12, top: 122 });
  expect(placeCard({ left: 0, top: 600, width: 1280, height: 120 }, CARD, PAGE)).toEqual({ left: 12, top: 388 });
  expect(placeCard(null, CARD, PAGE)).toEqual({ left: 928, top: 508 });
});

test('the card is on the page, and hides what it points at only where no side has room', () => {
  const box = fc.record({
    left: fc.integer({ min: 0, max: 1200 }),
    top: fc.integer({ min: 0, max: 700 }),
    width: fc.integer({ min: 1, max: 500 }),
    height: fc.integer({ min: 1, max: 250 }),
  });
  fc.assert(
    fc.property(box, (target) => {
      const card = { ...placeCard(target, CARD, PAGE), ...CARD };
      expect(card.left).toBeGreaterThanOrEqual(0);
      expect(card.top).toBeGreaterThanOrEqual(0);
      expect(card.left + card.width).toBeLessThanOrEqual(PAGE.width);
      expect(card.top + card.height).toBeLessThanOrEqual(PAGE.height);
      const inside = target.left + target.width <= PAGE.width && target.top + target.height <= PAGE.height;
      if (inside) expect(overlaps(card, target)).toBe(false);
    }),
  );
});
