import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { expect, test } from './test.ts';
import { idle, ndjson, openFiles } from './ledgers.ts';

/** What a text would have to be to get out of a tag, an attribute, a comment, a style, a script or a template. */
const NASTY = [
  '</script><script>window.ran=1</script>',
  '<!--<img src=x onerror=window.ran=1>--><img src=x onerror=window.ran=1>',
  '" onmouseover="window.ran=1" onfocus="window.ran=1" autofocus x="',
  "' onmouseover='window.ran=1' style='background:url(http://nowhere.test/a)",
  'javascript:window.ran=1',
  '${window.ran=1}{{window.ran=1}}`',
  ']]></style></title></textarea><svg onload=window.ran=1>\u2028\u202e\u0000',
  '<base href=http://nowhere.test/><meta http-equiv=refresh content="0;url=http://nowhere.test/">',
];
const nasty = (i: number): string => NASTY[i % NASTY.length];

/** A ledger that is hostile in every field, in which one provider wanders off. */
const hostile = () => ({
  ...ndjson(480, (i) => ({
    provider_id: nasty(i % 3),
    agent_id: nasty(2 + (i % 4)),
    thread_id: nasty(Math.floor(i / 40)),
    model: nasty(i % 5),
    label: i > 360 ? nasty(i % 2) : undefined,
    handoff_to: i % 7 === 0 ? nasty(i) : undefined,
    outcome: i % 9 === 0 ? nasty(i + 1) : undefined,
    text: `${nasty(i)} ${nasty(i + 3)} turn ${i}${i > 360 ? ' boats and sails' : ''}`,
    embedding: [0, 1, 2, 3].map((d) => Math.sin(i * (d + 1.37)) * (i > 360 ? 5 : 1) + (i > 360 ? 3 : 0)),
    [nasty(0)]: nasty(1),
  })),
  name: '"><img src=x onerror=window.ran=1>.ndjson',
});

const ran = (page: Page): Promise<unknown> => page.evaluate(() => (window as { ran?: unknown }).ran);

/** Opens a file from disk in a browser of its own and touches what is in it; says what ran, was asked for or opened. */
async function alone(browser: Browser, path: string) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 1400 } });
  const page = await context.newPage();
  const asked: string[] = [];
  const opened: string[] = [];
  page.on('requestfinished', (request) => asked.push(request.url()));
  // What the policy of the file refuses never leaves the page.
  page.on('requestfailed', (request) => request.failure()?.errorText === 'csp' || asked.push(request.url()));
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => opened.push(dialog.message())));
  context.on('page', (other) => opened.push(other.url()));
  await page.goto(pathToFileURL(path).href);
  await page.locator('h1').hover();
  for (const link of await page.locator('nav li a').all()) await link.dispatchEvent('click');
  const found = await page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    return {
      ran: (window as { ran?: unknown }).ran,
      elements: all
        .map((element) => element.localName)
        .filter((name) =>
          /^(script|img|iframe|frame|object|embed|link|base|form|input|video|audio|portal)$/.test(name),
        ),
      handlers: all.flatMap((element) => element.getAttributeNames().filter((name) => /^on|^src|^style$/.test(name))),
      links: all
        .map((element) => element.getAttribute('href') ?? element.getAttribute('xlink:href'))
        .filter((href) => href !== null && !/^#s\d+$/.test(href)),
      text: document.body.innerText,
    };
  });
  await context.close();
  return { ...found, asked, opened };
}

test(
  'hostile texts run nothing and fetch nothing, on the page and in a report opened from disk',
  { tag: '@core' },
  async ({ page, browser }, info) => {
    const field = encodeURIComponent(NASTY[1]);
    await page.goto(`/#file=${field}&reference=${field}&hidden=${field}&alert_stream=${field}&folded=${field}`);
    await openFiles(page, hostile());
    await page.goto('/');
    await openFiles(page, hostile());
    const streams = await page.evaluate(() => window.__tautline!.state().analysis.report!.streams.map((s) => s.name));
    expect(streams.sort()).toEqual(NASTY.slice(0, 3).sort());
    await page.locator('body').press('e');
    const evidence = page.getByRole('region', { name: 'Evidence', exact: true });
    for (const name of ['Transport', 'Words', 'Conversation', 'Agents', 'Investigate']) {
      await evidence.getByRole('tab', { name }).click();
      await idle(page);
    }
    await evidence.getByRole('button', { name: 'Investigate this alert' }).click();
    await expect(evidence.getByRole('list', { name: /^Hypotheses/ }).first()).toBeVisible({ timeout: 50_000 });
    expect(await ran(page)).toBeUndefined();

    await evidence.getByRole('tab', { name: 'Report' }).click();
    for (const name of ['Report of this alert', 'Report of the session']) {
      const [saved] = await Promise.all([
        page.waitForEvent('download', { timeout: 30_000 }),
        evidence.getByRole('button', { name }).click(),
      ]);
      expect(saved.suggestedFilename()).toMatch(/^tautline-[\w.-]+\.html$/);
      const path = info.outputPath(`${name}.html`);
      await saved.saveAs(path);
      const report = await alone(browser, path);
      expect(report).toMatchObject({ elements: [], handlers: [], links: [], opened: [] });
      expect(report.ran).toBeUndefined();
      expect(new Set(report.asked.map((url) => url.replace(/#.*/, '')))).toEqual(new Set([pathToFileURL(path).href]));
      // It says what the ledger says, as text.
      for (const text of NASTY.slice(0, 3)) expect(report.text).toContain(text);

      // Were one of them not escaped, the report's own policy would still hold.
      const broken = info.outputPath(`${name} broken.html`);
      const markup = `<body>${NASTY.slice(0, 4).join('')}<img src="http://nowhere.test/b">`;
      await writeFile(broken, (await readFile(path, 'utf8')).replace('<body>', markup));
      const held = await alone(browser, broken);
      expect(held.elements).toEqual(expect.arrayContaining(['script', 'img']));
      expect(held.ran).toBeUndefined();
      expect(held.asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
    }
    expect(await ran(page)).toBeUndefined();
  },
);
