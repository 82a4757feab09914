import type { Page } from '@playwright/test';
import { readProbe } from './opening.ts';
import type { Noted } from './probe.ts';

/** A search over all messages. */
export interface Search {
  readonly text: string;
  readonly hits: number;
  /** ms from the input to the count of hits, the rest that a key has to have included. */
  readonly ms: number;
}

/** Words of the harness's messages, in many and in none of them. */
const SEARCHED = ['audit trail', 'reproduced', 'zebra crossing'];

/** Searches for one text after another. @throws where the hits are not those that the database counts */
export async function measureSearch(
  page: Page,
): Promise<{ readonly searches: readonly Search[]; readonly noted: Noted }> {
  await page.keyboard.press('f');
  const find = page.getByRole('region', { name: 'Find' });
  const field = find.getByRole('searchbox');
  await field.waitFor();
  await page.evaluate(() => window.__probe!.start());
  const searches: Search[] = [];
  for (const text of SEARCHED) {
    const done = page.evaluate(
      (wanted) =>
        new Promise<{ ms: number; said: string }>((resolve) => {
          const saying = (): string => document.querySelector('section.find [role=status]')?.textContent ?? '';
          // What was found before stays on screen until the search begins.
          const before = saying();
          const look = (input: number): void => {
            const said = saying();
            const field = document.querySelector<HTMLInputElement>('section.find input[type=search]');
            if (field?.value === wanted && said !== before && /hits? in [\d,]+ rows/.test(said))
              resolve({ ms: performance.now() - input, said });
            else requestAnimationFrame(() => look(input));
          };
          addEventListener('input', ({ timeStamp }) => look(timeStamp), { capture: true, once: true });
        }),
      text,
    );
    await field.fill(text);
    const { ms, said } = await done;
    const hits = Number(/([\d,]+) hits?/.exec(said)![1].replaceAll(',', ''));
    const [row] = await page.evaluate(
      (pattern) =>
        window.__tautline!.query(`SELECT count(*)::INTEGER AS c FROM events WHERE text ILIKE '%${pattern}%'`),
      text,
    );
    if (row.c !== hits) throw new Error(`the search for "${text}" found ${hits}, the database has ${String(row.c)}`);
    searches.push({ text, hits, ms });
  }
  const noted = await readProbe(page);
  await field.press('Escape');
  return { searches, noted };
}
