import {
  agrees,
  GOLDEN_CASES,
  GOLDEN_COLUMNS,
  isGoldenKind,
  loadGolden,
  type GoldenCase,
} from '../src/analysis/golden.node.ts';
import { encodeView } from '../src/state/url.ts';
import { DEFAULT_VIEW } from '../src/state/view.ts';
import { fixture, openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

for (const name of Object.keys(GOLDEN_CASES) as GoldenCase[]) {
  test(`Chromium gives the golden answers of ${name}`, { tag: '@core' }, async ({ page }) => {
    const golden = await loadGolden(name);
    const file = `${GOLDEN_CASES[name]}.parquet`;
    await page.goto(
      `/#${encodeView({ ...DEFAULT_VIEW, source: { kind: 'file', name: file }, parameters: golden.parameters })}`,
    );
    await openFiles(page, fixture(file));
    const rows = await page.evaluate(() =>
      window.__tautline!.query('select * exclude (event_id) from signals order by row'),
    );
    expect(rows.length).toBe(golden.route.length);
    expect(rows.map((row) => row.route)).toEqual(golden.route);
    for (const column of GOLDEN_COLUMNS) {
      const wrong = rows.findIndex(
        (row, i) => !agrees((row[column] as number | null) ?? Number.NaN, golden.columns[column][i]),
      );
      expect(wrong, `${column}, first event that differs`).toBe(-1);
    }
    const { alerts, streams } = await page.evaluate(() => window.__tautline!.state().analysis.report!);
    const plain = alerts.filter(isGoldenKind).map((a) => ({
      kind: a.kind,
      stream: streams[a.stream].name,
      onset: a.onset,
      onset_seq: a.onsetSeq,
      fired: a.fired,
      fired_seq: a.firedSeq,
      cleared: a.resolved,
    }));
    expect(plain).toEqual(
      golden.alerts.map((a) => ({
        kind: a.kind,
        stream: a.stream,
        onset: a.onset,
        onset_seq: a.onset_seq,
        fired: a.fired,
        fired_seq: a.fired_seq,
        cleared: a.cleared,
      })),
    );
  });
}
