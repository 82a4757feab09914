import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { openFiles } from './ledgers.ts';
import { expect, test } from './test.ts';

const FOLDERS = ['shapes', 'everyday'].map((name) => new URL(`../src/ledger/fixtures/${name}/`, import.meta.url));
const pathOf = (name: string): string =>
  FOLDERS.flatMap((folder) => (readdirSync(folder).includes(name) ? [fileURLToPath(new URL(name, folder))] : []))[0];

const opened = (page: import('@playwright/test').Page) =>
  page.evaluate(() => {
    const { ledger } = window.__tautline!.state();
    return ledger.phase === 'open' ? { events: ledger.report.events, first: ledger.report.notes[0] } : ledger.phase;
  });

/** Of each kind one that is long enough for an analysis. */
const FILES: readonly (readonly [name: string, events: number, first: RegExp])[] = [
  ['otlp_pretty.json', 10, /^OpenTelemetry spans: 7 model calls, 2 tool calls and 1 agent span of 3 traces/],
  ['otlp.jsonl', 10, /^OpenTelemetry spans: 7 model calls/],
  ['otlp_delimited.pb', 10, /^OpenTelemetry spans: 7 model calls/],
  ['sdk_console.json', 10, /^OpenTelemetry spans: 7 model calls/],
  ['messages_openai.jsonl', 8, /^Lists of messages: 8 messages of 2 dialogues/],
  ['datasets_messages.parquet', 12, /^Lists of messages: 12 messages of 6 dialogues/],
  ['transcript.jsonl', 5, /^Transcripts of coding agents: 5 messages/],
  ['duckdb_uuid_enum.parquet', 12, /^event_id is text/],
  ['vectors_bytes.parquet', 12, /^/],
];

test('traces, exports and everyday files open in the browser as on the command line', async ({ page }) => {
  for (const [name, events, first] of FILES) {
    await page.goto('/');
    await openFiles(page, pathOf(name));
    await expect.poll(() => opened(page), { message: name }).toMatchObject({ events });
    expect((await opened(page)) as { first?: string }, name).toMatchObject({
      ...(first.source === '^' ? {} : { first: expect.stringMatching(first) }),
    });
  }
});

test('compressed files open in the browser', async ({ page }) => {
  for (const [name, buffer] of [
    ['spans.jsonl.gz', gzipSync(await readFile(pathOf('otlp.jsonl')))],
    // As logs that are appended to, and files of bgzip, are: browsers' own gzip reads one member.
    [
      'members.jsonl.gz',
      Buffer.concat((await readFile(pathOf('otlp.jsonl'), 'utf8')).split(/(?<=\n)/).map((line) => gzipSync(line))),
    ],
    ['talk.ndjson.zst', await readFile(fileURLToPath(new URL('../talk.ndjson.zst', FOLDERS[0])))],
  ] as const) {
    await page.goto('/');
    await openFiles(page, { name, mimeType: '', buffer });
    await expect
      .poll(() => opened(page), { message: name })
      .toMatchObject({ events: name.startsWith('talk') ? 12 : 10 });
  }
});
