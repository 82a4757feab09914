import { useEffect, useState } from 'react';
import type { Box } from './place.ts';

const find = (selectors: readonly string[]): Element | null => {
  for (const selector of selectors) {
    const element = document.querySelector(selector);
    if (element && element.getClientRects().length > 0) return element;
  }
  return null;
};

const boxOf = (element: Element | null): Box | null => {
  if (!element) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
};

/** Where the first of some elements is that is on the page, as long as it moves; it is brought into view once. */
export function useTarget(selectors: readonly string[]): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useEffect(() => {
    let shown: Element | null = null;
    let last = '';
    let frame = 0;
    const follow = (): void => {
      const element = find(selectors);
      if (element && element !== shown) element.scrollIntoView({ block: 'nearest' });
      shown = element;
      const next = boxOf(element);
      const key = JSON.stringify(next);
      if (key !== last) setBox(next);
      last = key;
      frame = requestAnimationFrame(follow);
    };
    follow();
    return () => cancelAnimationFrame(frame);
  }, [selectors]);
  return box;
}
