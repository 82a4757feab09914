import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openFiles, openSheet } from './ledgers.ts';
import { expect, test } from './test.ts';

const FOLDERS = ['shapes', 'everyday'].map((name) => new URL(`../src/ledger/fixtures/${name}/`, import.meta.url));
const pathOf = (name: string): string =>
  FOLDERS.flatMap((folder) => (readdirSync(folder).includes(name) ? [fileURLToPath(new URL(name, folder))] : []))[0];

const opened = (page: import('@playwright/test').Page) =>
  page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open' ? { events: ledger.report.events, first: ledger.report.notes[0] } : ledger.phase;
  });

/** What is said of them first; their values, and those of all others, are compared below. */
const FILES: readonly (readonly [name: string, events: number, first: RegExp])[] = [
  ['otlp_pretty.json', 10, /^OpenTelemetry spans: 7 model calls, 2 tool calls and 1 agent span of 3 traces/],
  ['datasets_messages.parquet', 12, /^Lists of messages: 12 messages of 6 dialogues/],
  ['transcript.jsonl', 5, /^Transcripts of coding agents: 5 messages/],
  ['duckdb_uuid_enum.parquet', 12, /^event_id is text/],
];

test(
  'traces, exports and everyday files open in the browser as on the command line',
  { tag: '@core' },
  async ({ page }) => {
    await page.goto('/');
    for (const [name, events, first] of FILES) {
      await openFiles(page, pathOf(name));
      await expect.poll(() => opened(page), { message: name }).toMatchObject({ events });
      expect((await opened(page)) as { first?: string }, name).toMatchObject({
        ...(first.source === '^' ? {} : { first: expect.stringMatching(first) }),
      });
    }
  },
);

/** A file of the same events as another names that. */
type Expected = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[] | string>>;

/** Of those, what is read by other code in a browser, or was made by another writer. */
const ALIKE = /\.pb$|\.parquet$|console|pretty|^spark$/;
const COUNTS = ['input_tokens', 'output_tokens', 'cached_tokens'];
/** The first rows as expected.json has them. */
const selected = (keys: readonly string[], rows: number): string =>
  `select ${keys
    .map((key) => {
      if (key === 'ts') return "strftime(ts, '%Y-%m-%dT%H:%M:%S.%f') || 'Z' as ts";
      if (key === 'event_id') return '"event_id (file)" as event_id';
      if (key === 'latency_ms') return 'round(latency_ms, 6) as latency_ms';
      return COUNTS.includes(key) ? `${key}::double as ${key}` : `"${key}"`;
    })
    .join(', ')} from events where row < ${rows} order by row`;

for (const folder of ['shapes', 'everyday', 'recipes']) {
  const url = new URL(`../src/ledger/fixtures/${folder}/`, import.meta.url);
  test(`files of other writers (${folder}) have the values that another library reads`, async ({ page }) => {
    test.setTimeout(600_000);
    const table = JSON.parse(await readFile(new URL('expected.json', url), 'utf8')) as Expected;
    // One ledger after another in one page, as a person would.
    await page.goto('/');
    for (const [name, named] of Object.entries(table)) {
      if (typeof named === 'string' && !ALIKE.test(name)) continue;
      // Opens with the log of what was said only.
      const files = name === 'openai_v2.jsonl' ? [name, 'openai_v2_logs.jsonl'] : [name];
      const expected = (typeof named === 'string' ? table[named] : named) as readonly Readonly<
        Record<string, unknown>
      >[];
      const paths = files.map((file) => fileURLToPath(new URL(file, url)));
      if (name.includes('.')) await openFiles(page, paths);
      else {
        await openSheet(page);
        await page.getByTestId('folder-input').first().setInputFiles(paths[0]);
      }
      await expect.poll(() => opened(page), { message: name }).toMatchObject({ events: expect.any(Number) });
      await page.evaluate(() => window.__tautline!.idle());
      const keys = [...new Set(expected.flatMap(Object.keys))].filter((key) => key !== 'embedding');
      const found = await page.evaluate((sql) => window.__tautline!.query(sql), selected(keys, expected.length));
      const wanted = expected.map((row) =>
        Object.fromEntries(
          Object.entries(row)
            .filter(([key]) => key !== 'embedding')
            .map(([key, value]) => [key, key === 'latency_ms' ? Math.round(Number(value) * 1e6) / 1e6 : value]),
        ),
      );
      expect(found, name).toMatchObject(wanted);
      expect(found, name).toHaveLength(expected.length);
    }
  });
}

test('compressed files open in the browser', async ({ page }) => {
  await page.goto('/');
  for (const [name, buffer] of [
    ['spans.jsonl.gz', gzipSync(await readFile(pathOf('otlp.jsonl')))],
    // As logs that are appended to, and files of bgzip, are: browsers' own gzip reads one member.
    [
      'members.jsonl.gz',
      Buffer.concat((await readFile(pathOf('otlp.jsonl'), 'utf8')).split(/(?<=\n)/).map((line) => gzipSync(line))),
    ],
    ['talk.ndjson.zst', await readFile(fileURLToPath(new URL('../talk.ndjson.zst', FOLDERS[0])))],
  ] as const) {
    await openFiles(page, { name, mimeType: '', buffer });
    await expect
      .poll(() => opened(page), { message: name })
      .toMatchObject({ events: name.startsWith('talk') ? 12 : 10 });
  }
});
