import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { idle } from './ledgers.ts';
import { type Visit, WALKS } from './screens.ts';
import { expect, test } from './test.ts';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What of axe's interface is used. */
interface Axe {
  run(
    of: Document,
    rules: typeof RULES,
  ): Promise<{
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly target: readonly string[] }[];
    }[];
  }>;
}

const RULES = {
  resultTypes: ['violations'],
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
};

/**
 * What axe finds, a line each. Two kinds of small target are none: handles of limits stand at their values, and may so
 * lie on one another, and what is scrolled under the head of the charts or of the laboratory is shown whole by
 * scrolling.
 */
const violations = (page: Page): Promise<string[]> =>
  page.evaluate(async (rules) => {
    const { axe } = window as unknown as { axe: Axe };
    const results = await axe.run(document, rules);
    const heads = [
      ['.stack-head', '[data-panel]'],
      ['.lab-nav', '.lab-section'],
    ];
    const isExcused = (selector: string): boolean => {
      const element = document.querySelector(selector);
      if (!element || element.matches('[data-limit]')) return element !== null;
      const { top } = element.getBoundingClientRect();
      return heads.some(([head, part]) => {
        const edge = document.querySelector(head)?.getBoundingClientRect().bottom;
        return edge !== undefined && element.closest(part) !== null && top < edge;
      });
    };
    return results.violations.flatMap(({ id, nodes }) =>
      nodes.flatMap(({ target }) =>
        id === 'target-size' && isExcused(target.join(' ')) ? [] : [`${id}: ${target.join(' ')}`],
      ),
    );
  }, RULES);

const CONTROLS =
  'button, a[href], input:not([type=hidden], [type=file]), select, textarea, summary, ' +
  '[role=slider], [role=separator], [tabindex="0"]';

/**
 * Controls under 24 by 24 CSS px. A box to tick counts with its label; a link within a sentence is as high as its line
 * (WCAG 2.2, 2.5.8). The edge of a panel is thin where its chart begins: Taller and Shorter in the panel's menu do the
 * same at full size, which the rule allows.
 */
const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate((controls) => {
    const inSentence = (element: Element): boolean =>
      getComputedStyle(element).display.startsWith('inline') &&
      element.matches('a, .text-link, .event-link') &&
      [...(element.parentElement?.childNodes ?? [])].some(({ nodeType, textContent }) => nodeType === 3 && textContent);
    return [...document.querySelectorAll(controls)].flatMap((element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return [];
      if (element.closest('.visually-hidden, .skip, .panel-edge, [inert]') || inSentence(element)) return [];
      const target = element.matches('[type=checkbox], [type=radio]') ? (element.closest('label') ?? element) : element;
      const { width, height } = target.getBoundingClientRect();
      const name = element.getAttribute('aria-label') ?? element.textContent;
      return width < 23.5 || height < 23.5 ? [`${name}: ${width} by ${height}`] : [];
    });
  }, CONTROLS);

const isClean =
  (page: Page): Visit =>
  async (screen) => {
    expect.soft(await violations(page), `axe: ${screen}`).toEqual([]);
    expect.soft(await smallTargets(page), `targets: ${screen}`).toEqual([]);
  };

for (const theme of ['dark', 'light'] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({
      colorScheme: theme,
      viewport: { width: 1280, height: 720 },
      contextOptions: { reducedMotion: 'reduce' },
    });
    test.beforeEach(async ({ context }) => {
      test.setTimeout(300_000);
      await context.addInitScript({ content: AXE });
    });

    for (const [what, walk] of WALKS)
      test(`axe finds nothing in ${what}, and every target is 24 px`, ({ page }) => walk(page, isClean(page)));
  });
}

test('skip links lead to charts and alert table, and whatever has the focus shows it', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto('/#v=1&sample=quick-tour');
  await idle(page);
  await page.locator('body').press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('#charts [data-panel] .chart-plot').first()).toBeFocused();
  await page.getByRole('link', { name: 'Skip to the alert table' }).press('Enter');
  await expect(page.getByRole('treegrid', { name: 'Alerts' })).toBeFocused();

  await page.getByRole('link', { name: 'Skip to the content' }).focus();
  const bare: string[] = [];
  const met: string[] = [];
  for (let stops = 0; stops < 140; stops += 1) {
    await page.keyboard.press('Tab');
    const { name, ringed } = await page.evaluate(() => {
      const element = document.activeElement!;
      const ring = (pseudo?: string): boolean => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element, pseudo);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
      };
      return {
        name: element.getAttribute('aria-label') ?? element.textContent.slice(0, 40),
        ringed: element === document.body || ring() || ring('::before'),
      };
    });
    met.push(name);
    if (!ringed) bare.push(name);
  }
  expect(met).toContain('Start of the reference period');
  expect(met).toContain('End of the reference period');
  expect(bare).toEqual([]);
});
