import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineChart, path, ticks, transportMap, type ReportChart } from './chart.ts';
import { escapeHtml, html } from './html.ts';
import { reportToHtml, type Report } from './report.ts';

const nasty = '<script>alert(1)</script> & "quoted" \'single\' </style>';

describe('escaping', () => {
  test('leaves nothing that ends a text or an attribute, and nothing that XML cannot hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
        expect(() => encodeURIComponent(escaped)).not.toThrow();
        // eslint-disable-next-line no-control-regex -- what must be gone
        expect(escaped).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      }),
    );
  });

  test('templates escape values, not markup made by templates', () => {
    const inner = html`<b>${nasty}</b>`;
    expect(html`<p title="${nasty}">${inner}${[inner, null, 3]}${undefined}</p>`.text).toBe(
      `<p title="${escapeHtml(nasty)}"><b>${escapeHtml(nasty)}</b><b>${escapeHtml(nasty)}</b>3</p>`,
    );
  });
});

const chart: ReportChart = {
  title: `KL ${nasty}`,
  unit: 'nats',
  formatX: (x) => String(x),
  band: [0.5, 1.5],
  thresholds: [
    { value: 2, label: 'limit' },
    { value: 1e9, label: 'far off' },
  ],
  lines: [
    { name: nasty, points: Float64Array.of(0, 1, 1, Number.NaN, 2, 2, 3, 1) },
    { name: 'b', points: Float64Array.of(0, 0, 3, 1) },
  ],
  episodes: [
    { from: 1, fired: 2, to: null, label: 'DRIFT', shaded: true },
    { from: 0, fired: 1, to: 2, label: 'SHIFT', shaded: false },
    { from: 9, fired: 9, to: 12, label: 'outside', shaded: true },
  ],
};

describe('charts', () => {
  test('draw lines with gaps, a band, thresholds and episodes inside the frame', () => {
    const svg = lineChart(chart).text;
    expect(svg.match(/<path d="M/g)).toHaveLength(4);
    expect(svg).toContain('class="band"');
    expect(svg.match(/class="episode"/g)).toHaveLength(1);
    expect(svg.match(/class="bar"/g)).toHaveLength(1);
    expect(svg.match(/class="fired"/g)).toHaveLength(1);
    expect(svg).toContain('>limit<');
    expect(svg).not.toContain('NaN');
    expect(svg).not.toContain('<script');
    for (const [, y] of svg.matchAll(/ y[12]?="([\d.-]+)"/g)) {
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y)).toBeLessThanOrEqual(230);
    }
  });

  test('say that there is nothing where there is nothing', () => {
    expect(
      lineChart({ ...chart, title: 'T', lines: [{ name: 'a', points: Float64Array.of(0, Number.NaN) }] }).text,
    ).toContain('T: no values here');
    expect(lineChart({ ...chart, lines: [] }).text).toContain('no values');
    expect(
      transportMap({
        title: 'M',
        before: { name: 'a', points: new Float64Array() },
        after: { name: 'b', points: new Float64Array() },
        moves: [],
      }).text,
    ).toContain('no points');
  });

  test('break the path at gaps and keep lone points', () => {
    const same = (v: number) => v;
    expect(path(Float64Array.of(0, 1, 1, 2, 2, Number.NaN, 3, 4, 4, Number.NaN, 5, 6, 6, 7), same, same)).toBe(
      'M0.0 1.0L1.0 2.0M3.0 4.0h.1M5.0 6.0L6.0 7.0',
    );
  });

  test('ticks are round, in the extent and about as many as asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const found = ticks([low, low + span], 5);
          expect(found.length).toBeGreaterThanOrEqual(2);
          expect(found.length).toBeLessThanOrEqual(7);
          for (const value of found) {
            expect(value).toBeGreaterThanOrEqual(low - 1e-9 * span);
            expect(value).toBeLessThanOrEqual(low + span * (1 + 1e-6));
          }
        },
      ),
    );
  });

  test('map both windows and the moves between them', () => {
    const svg = transportMap({
      title: 'M',
      before: { name: 'then', points: Float64Array.of(0, 0, 1, 1) },
      after: { name: 'now', points: Float64Array.of(2, 0, 3, 1) },
      moves: [
        [0, 1],
        [1, 0],
      ],
    }).text;
    expect(svg.match(/class="move"/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(6);
  });
});

describe('a report', () => {
  const report: Report = {
    title: nasty,
    generatedAt: new Date(0),
    facts: [{ name: nasty, value: nasty }],
    sections: [
      {
        title: nasty,
        blocks: [
          { kind: 'text', text: nasty },
          { kind: 'list', items: [nasty] },
          { kind: 'facts', facts: [{ name: 'a', value: nasty }] },
          { kind: 'chart', chart },
          {
            kind: 'table',
            table: { caption: nasty, columns: [{ name: nasty }, { name: 'n', numeric: true }], rows: [[nasty, '1']] },
          },
          { kind: 'quote', by: nasty, text: nasty },
        ],
      },
    ],
  };
  const page = reportToHtml(report);

  test('is one page that fetches nothing and runs nothing, whatever the ledger says', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/\b(src|href)="(?!#)/);
    expect(page).not.toMatch(/url\(|@import|https?:/);
    expect(page).toContain("default-src 'none'");
    expect(page.split('</style>')).toHaveLength(2);
    expect(page.split(escapeHtml(nasty)).length).toBeGreaterThan(12);
  });

  test('closes every element it opens', () => {
    const open: string[] = [];
    let closed = 0;
    for (const [, close, name, attributes] of page
      .replace(/<style>[^]*<\/style>/, '')
      .matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^>"])*)>/g)) {
      if (['meta', 'br'].includes(name) || attributes.endsWith('/')) continue;
      if (close) {
        expect(open.pop()).toBe(name);
        closed++;
      } else open.push(name);
    }
    expect(open).toEqual([]);
    expect(closed).toBeGreaterThan(50);
  });

  test('numbers stand in columns of their own kind', () => {
    expect(page).toContain('<td class="number">1</td>');
    expect(page).toContain('1970-01-01 00:00:00 UTC');
  });
});
