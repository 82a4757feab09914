import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './test.ts';
import { idle, openSample } from './ledgers.ts';

const state = (page: Page) => page.evaluate(() => window.__tautline!.state());
const alerts = (page: Page) =>
  page.evaluate(() =>
    window
      .__tautline!.state()
      .analysis.report!.alerts.map((a) => `${a.kind} ${a.stream} ${a.onset} ${a.fired} ${a.resolved}`),
  );
const shot = (page: Page, name: string) => page.screenshot({ path: `test-results/shots/lab-${name}.png` });
const toLaboratory = async (page: Page) => {
  await page.getByRole('button', { name: 'Laboratory', exact: true }).first().click();
  await expect(page.getByRole('heading', { name: 'False alarms' })).toBeVisible();
  await idle(page);
};
const setNumber = async (page: Page, name: string, value: string) => {
  const box = page.getByRole('textbox', { name });
  await box.fill(value);
  await box.press('Enter');
  await idle(page);
};
const arl = (page: Page) => page.getByTestId('false-alarms').getAttribute('data-arl').then(Number);

test(
  'drag, keep, compare with the kept scenario, undo and redo, in the address too',
  { tag: '@core' },
  async ({ page }) => {
    await openSample(page, 'Quick tour');
    const byDefault = await alerts(page);
    const slider = page.getByRole('slider', { name: 'CUSUM h slider' });
    await slider.scrollIntoViewIfNeeded();
    const track = (await slider.boundingBox())!;
    await page.mouse.move(track.x + track.width * 0.25, track.y + track.height / 2);
    await page.mouse.down();
    await page.mouse.move(track.x + track.width * 0.12, track.y + track.height / 2, { steps: 5 });
    await page.mouse.move(track.x + track.width * 0.03, track.y + track.height / 2, { steps: 5 });
    await expect.poll(async () => (await alerts(page)).length).toBeGreaterThan(byDefault.length);
    await shot(page, '1-dragging');
    await page.mouse.up();
    await idle(page);
    const sensitive = await alerts(page);
    const { h } = (await state(page)).view.parameters;

    await page.getByRole('button', { name: 'Save as scenario…' }).click();
    await page.getByRole('textbox', { name: 'Name of the scenario' }).fill('sensitive');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Reset all' }).click();
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption('sensitive');
    await idle(page);
    expect(await alerts(page)).toEqual(byDefault);
    await expect(page.getByText(/^\+\d+ −\d+ alerts against “sensitive”/).first()).toBeVisible();
    await page.getByRole('button', { name: /against “sensitive”/ }).click();
    await expect(page.getByRole('table', { name: 'Changes of alerts' })).toContainText('Drift');
    expect(page.url()).toContain(`base.h=${h}`);
    await shot(page, '2-compared');

    await page.getByRole('region', { name: 'KL divergence' }).click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await idle(page);
    expect(await alerts(page)).toEqual(sensitive);
    expect((await state(page)).view.baseline).toBeNull();
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+Shift+z');
    await idle(page);
    expect(await alerts(page)).toEqual(byDefault);
    expect((await state(page)).view.baseline!.h).toBe(h);

    // Kept beyond the page; the baseline comes from the address.
    await page.reload();
    await expect(page.getByRole('region', { name: 'KL divergence' })).toBeVisible({ timeout: 30_000 });
    await idle(page);
    await expect(page.getByRole('combobox', { name: 'Compare with' })).toHaveValue('kept sensitive');
    expect(
      (await state(page)).analysis.report!.baselineAlerts.map(
        (a) => `${a.kind} ${a.stream} ${a.onset} ${a.fired} ${a.resolved}`,
      ),
    ).toEqual(sensitive);
  },
);

test('false alarms are measured beside the sliders and follow h; a budget gives limits that are used', async ({
  page,
}) => {
  await openSample(page, 'Quick tour');
  await expect(page.getByTestId('false-alarms')).toContainText('in');
  await setNumber(page, 'CUSUM h, h', '3');
  const low = await arl(page);
  const ms = Number(await page.getByTestId('false-alarms').getAttribute('data-ms'));
  await setNumber(page, 'CUSUM h, h', '5');
  const high = await arl(page);
  expect(low).toBeGreaterThan(10);
  expect(high).toBeGreaterThan(low * 2);
  test.info().annotations.push({ type: 'ARL, ms', description: String(ms) });
  await page.getByTestId('false-alarms').scrollIntoViewIfNeeded();
  await shot(page, '3-false-alarms');

  await toLaboratory(page);
  await expect(page.getByTestId('lab-arl')).toContainText('one in');
  await page.getByRole('combobox', { name: 'Unit of the budget' }).selectOption('events');
  await page.getByRole('textbox', { name: 'Events between false alarms' }).fill('2000');
  await page.getByRole('button', { name: 'Derive limits' }).click();
  await idle(page);
  await page.getByRole('button', { name: 'Use these' }).click();
  await idle(page);
  const { parameters } = (await state(page)).view;
  expect(parameters.false_alarm_budget).toBe(2000);
  expect(parameters.h).not.toBe(5);
  await expect(page.getByRole('button', { name: 'In force' })).toBeDisabled();
  await expect.poll(() => arl(page)).toBeGreaterThan(1000);
  await shot(page, '4-budget');
});

test('an injected change is found, power curves run and can be cancelled', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await toLaboratory(page);
  await page.getByRole('region', { name: 'Delay' }).getByRole('combobox').selectOption({ index: 1 });
  await page.getByRole('group', { name: 'Kind of change' }).getByRole('button', { name: 'Scale' }).click();
  await page.getByRole('button', { name: 'Inject' }).click();
  await idle(page);
  await expect(page.getByTestId('injected')).toContainText('Drift');
  await page.getByRole('button', { name: 'Power curves' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await idle(page);
  await expect(page.getByTestId('power')).toHaveCount(0);
  await page.getByRole('button', { name: 'Power curves' }).click();
  await idle(page);
  await page.getByTestId('power').scrollIntoViewIfNeeded();
  await shot(page, '5-power');
  await page.getByTestId('power').getByText('As a table').click();
  await expect(page.getByRole('rowheader', { name: '4' })).toBeVisible();
});

test('a sweep is read, walked with the keyboard and adopted', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await toLaboratory(page);
  await setNumber(page, 'Steps of the grid', '6');
  await page.getByRole('button', { name: 'Sweep', exact: true }).click();
  await idle(page);
  const map = page.getByRole('application');
  await map.scrollIntoViewIfNeeded();
  await page.locator('[data-cell="0,0"]').hover();
  await expect(page.getByText(/CUSUM h 4,.*alerts/)).toBeVisible();
  await expect(page.getByTestId('sweep-scale')).toHaveText(/^Alerts \d+\d+$/);
  await shot(page, '6-sweep');
  await page.locator('[data-cell="0,0"]').click();
  await idle(page);
  const adopted = (await state(page)).view.parameters;
  expect(adopted.h).toBe(4);
  expect(adopted.kappa).toBe(0.5);
  // A sweep leaves out style, meaning and behaviour.
  const counted = (await alerts(page)).filter((alert) => !/^\w+_SHIFT /.test(alert)).length;
  await expect(page.getByText(new RegExp(`: ${counted} alerts?`)).first()).toBeVisible();
  await map.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await idle(page);
  expect((await state(page)).view.parameters.h).toBeGreaterThan(adopted.h);
  await page.getByRole('button', { name: 'Table', exact: true }).click();
  await expect(page.getByRole('table', { name: /^Alerts: rows/ })).toBeVisible();
});

test('alerts are scored against a label file, its stretches are shaded on the timelines', async ({ page }) => {
  await openSample(page, 'Quick tour');
  const report = (await state(page)).analysis.report!;
  const drift = report.alerts.find((alert) => alert.kind === 'DRIFT')!;
  const idOf = async (row: number) =>
    Number(
      (
        await page.evaluate(
          (at) => window.__tautline!.query(`select event_id::double as id from events where row = ${at}`),
          row,
        )
      )[0].id,
    );
  const entry = {
    stream: report.streams[drift.stream].name,
    from: await idOf(drift.onset),
    to: await idOf(report.events - 1),
    label: 'fracture',
  };
  await toLaboratory(page);
  await expect(page.getByRole('region', { name: 'Labels' })).toContainText(/own column.*7 stretches/);
  const labels = JSON.stringify([
    entry,
    { stream: report.streams[0].name, from: await idOf(2500), to: await idOf(2600), label: 'made up' },
  ]);
  await page
    .getByTestId('label-file')
    .setInputFiles({ name: 'labels.json', mimeType: 'application/json', buffer: Buffer.from(labels) });
  await idle(page);
  const scores = page.getByTestId('scores');
  await expect(scores.getByRole('row', { name: /All kinds/ })).toContainText('1 of 2');
  await expect(scores.getByRole('row', { name: /Always fires/ })).toContainText('100 %');
  await expect(scores.getByTestId('chance')).toBeVisible();
  await scores.scrollIntoViewIfNeeded();
  await shot(page, '7-scores');
  await page.getByRole('button', { name: /made up/ }).click();
  await idle(page);
  expect((await state(page)).view).toMatchObject({ screen: 'monitor', selected: 2500 });
  await shot(page, '8-labelled');
  await toLaboratory(page);
  await page
    .getByTestId('label-file')
    .setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from('stream,to\na,3\n') });
  await expect(page.getByText(/bad\.csv.*no column "from"/)).toBeVisible();
});

test('a bundle is exported in both forms, and brings the same alerts back', { tag: '@core' }, async ({ page }) => {
  await openSample(page, 'Quick tour');
  await setNumber(page, 'CUSUM h, h', '4');
  await toLaboratory(page);
  const tuned = await alerts(page);
  await expect(page.getByTestId('rollout')).not.toBeEmpty();
  const take = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return { name: download.suggestedFilename(), path: await download.path() };
  };
  const json = await take('Download JSON');
  const protobuf = await take('Download protobuf');
  expect(json.name).toBe('quick-tour.bundle.json');
  const read = JSON.parse(await readFile(json.path, 'utf8')) as {
    parameters: { h: number };
    alerts: unknown[];
    operatingCharacteristics: { arl0: number };
  };
  expect(read).toMatchObject({ format: 'tautline-bundle', parameters: { h: 4 } });
  expect(read.alerts).toHaveLength(tuned.length);
  expect(read.operatingCharacteristics.arl0).toBeGreaterThan(1);
  await page.getByRole('heading', { name: 'Deploy' }).scrollIntoViewIfNeeded();
  await shot(page, '9-deploy');

  for (const { path, name } of [json, protobuf]) {
    await page.goto('about:blank');
    await openSample(page, 'Quick tour');
    expect(await alerts(page)).not.toEqual(tuned);
    await toLaboratory(page);
    await page
      .getByTestId('bundle-file')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: await readFile(path) });
    await expect(page.getByTestId('loaded-bundle')).toContainText(/Parity: exactly/);
    await idle(page);
    expect(await alerts(page)).toEqual(tuned);
    expect((await state(page)).view.parameters.h).toBe(4);
  }
  await page.getByTestId('loaded-bundle').scrollIntoViewIfNeeded();
  await shot(page, '10-loaded');

  // Another ledger: said so, and no claim of parity.
  await page.goto('about:blank');
  await openSample(page, 'Benign');
  await toLaboratory(page);
  await page
    .getByTestId('bundle-file')
    .setInputFiles({ name: json.name, mimeType: 'application/json', buffer: await readFile(json.path) });
  await expect(page.getByTestId('loaded-bundle')).toContainText(/another ledger/);
});

test('without a ledger the laboratory says what it needs', async ({ page }) => {
  await page.goto('/#screen=laboratory');
  await expect(page.getByRole('heading', { name: /measures on your own ledger/ })).toBeVisible();
  await shot(page, '11-empty');
});

for (const scheme of ['dark', 'light'] as const) {
  test(`${scheme}: the screen holds at narrow and wide`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openSample(page, 'Quick tour');
    await toLaboratory(page);
    await setNumber(page, 'Steps of the grid', '12');
    await page.getByRole('button', { name: 'Sweep', exact: true }).click();
    await page.getByRole('button', { name: 'Power curves' }).click();
    await page.getByRole('button', { name: 'Derive limits' }).click();
    await idle(page);
    for (const [width, height] of [
      [1280, 3600],
      [2200, 2600],
    ]) {
      await page.setViewportSize({ width, height });
      await idle(page);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBeLessThanOrEqual(0);
      expect(
        await page.evaluate(() => {
          const lab = document.querySelector('.lab')!;
          return lab.scrollWidth - lab.clientWidth;
        }),
      ).toBeLessThanOrEqual(0);
      await shot(page, `${scheme}-${width}`);
    }
  });
}

test('the section buttons scroll the laboratory and leave the frame where it is', async ({ page }) => {
  await openSample(page, 'Quick tour');
  await toLaboratory(page);
  const sections = page.getByRole('navigation', { name: 'Sections of the laboratory' });
  for (const name of ['Deploy', 'Delay', 'Deploy', 'False alarms']) {
    await sections.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('heading', { name, exact: true, level: 2 })).toBeInViewport();
    expect(
      await page.evaluate(() =>
        [document.documentElement, document.getElementById('root')!, document.querySelector('.app')!].map(
          (element) => element.scrollTop + element.scrollHeight - element.clientHeight,
        ),
      ),
    ).toEqual([0, 0, 0]);
    await expect(sections).toBeInViewport();
  }
});
