import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { STREAM_KEYS } from './core/streamKey.ts';
import { STYLE_FEATURES } from './detection/change/style.ts';
import { PARAMETER_SPECS, type ParameterSpec } from './detection/parameters.ts';
import { CHOICES } from './harness/profiles.ts';

/**
 * What the book says is held against the code: links, citations, file names, generated tables.
 * `UPDATE_DOCS=1 npx vitest run src/docs.test.ts && npm run format` writes the generated tables anew.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage', 'test-results', 'tautline-calibration', '.git']);

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
const FILES = filesBelow('');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = FILES.filter((path) => path.endsWith('.md'));

/** Markdown without its code, in which nothing is a link or a heading. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '``');

/** Anchor of a heading, as GitHub makes it. */
const slug = (heading: string): string =>
  heading
    .replace(/[`*]|(?<!\w)_|_(?!\w)/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replace(/ /g, '-');

const anchorsOf = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => slug(heading));

/** Links of a page that lead nowhere. */
function brokenLinks(page: string, text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].flatMap(([, target]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path, anchor] = target.split('#');
    const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    if (!existsSync(join(ROOT, file))) return [`${page} links to ${target}: there is no ${file}`];
    if (anchor === undefined) return [];
    if (statSync(join(ROOT, file)).isDirectory() || !file.endsWith('.md')) return [`${page} links to ${target}`];
    return anchorsOf(textOf(file)).includes(anchor) ? [] : [`${page} links to ${target}: no such heading`];
  });
}

describe('links', () => {
  it('lead to files and headings that are there', () => {
    expect(PAGES.length).toBeGreaterThan(20);
    expect(PAGES.flatMap((page) => brokenLinks(page, textOf(page)))).toEqual([]);
  });

  it.each([
    ['[a](docs/nowhere.md)', /no docs\/nowhere\.md/],
    ['[a](docs/methods.md#no-such-heading)', /no such heading/],
    ['![a](docs/missing.png "title")', /missing\.png/],
  ])('%s is found', (text, message) => expect(brokenLinks('README.md', text).join()).toMatch(message));

  it('in code or to other sites are left alone', () => {
    expect(brokenLinks('README.md', '`[a](b.md)` and [c](https://example.org/d.md)')).toEqual([]);
  });
});

const CITATION = /docs\/methods\.md,? (?:sections? )?((?:\d+)(?:(?:, | and |-)\d+)*)/g;
const SOURCES = FILES.filter((path) => /^(?:src|wasm|e2e|scripts)\/.*\.(?:tsx?|mjs|c|h|md)$/.test(path));

it('every section of docs/methods.md that the code cites is there', () => {
  const sections = new Set([...textOf('docs/methods.md').matchAll(/^## (\d+)\. /gm)].map(([, number]) => number));
  expect([...sections]).toEqual(Array.from({ length: 16 }, (_, i) => String(i + 1)));
  const cited = SOURCES.flatMap((path) =>
    [...textOf(path).matchAll(CITATION)].flatMap(([, list]) =>
      list.split(/\D+/).map((number) => ({ path, number, known: sections.has(number) })),
    ),
  );
  expect(cited.filter(({ known }) => !known)).toEqual([]);
});

const COMMENT = /\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*/g;
/** Citations of the document that docs/methods.md took the place of. */
const staleCitations = (text: string): string[] =>
  (text.match(COMMENT) ?? []).filter((comment) => /\bspec(?:ification)?,? (?:section )?\d/i.test(comment));

it('comments cite docs/methods.md, and no other numbered text', () => {
  expect(staleCitations("x = 1; // spec 4.2\n'// spec 1'")).toEqual(['// spec 4.2']);
  expect(staleCitations('/** Limits.\n * Source: specification, section 8 */\n// docs/methods.md 8')).toHaveLength(1);
  const code = SOURCES.filter((path) => !path.endsWith('.md') && path !== 'src/docs.test.ts');
  expect(code.length).toBeGreaterThan(100);
  expect(code.flatMap((path) => staleCitations(textOf(path)).map((comment) => `${path}: ${comment}`))).toEqual([]);
});

it('every decision is in the index, under its own title', () => {
  const records = FILES.filter((path) => /^docs\/decisions\/\d/.test(path)).sort();
  expect(records.length).toBeGreaterThan(10);
  const lines = records.map((path, i) => {
    const [, number, title] = /^# (\d+)\. (.+)\n/.exec(textOf(path))!;
    expect(Number(number), path).toBe(i + 1);
    expect(path).toContain(`/${number.padStart(4, '0')}-`);
    return `- [${number.padStart(4, '0')}](${path.slice('docs/decisions/'.length)}) ${title}`;
  });
  expect(textOf('docs/decisions/README.md').match(/^- .*$/gm)).toEqual(lines);
});

it('files that a folder README names are there', () => {
  const missing = PAGES.filter((page) => page.endsWith('README.md')).flatMap((page) => {
    const folder = dirname(page) === '.' ? '' : `${dirname(page)}/`;
    const near = FILES.filter((path) => path.startsWith(folder));
    const named = textOf(page).matchAll(/`([\w./-]+\.(?:tsx?|mjs|c|css|json|proto|py|md))`/g);
    return [...named].flatMap(([, name]) => {
      const exact = relative(ROOT, join(ROOT, folder, name));
      const found =
        [exact, name, `src/${name}`].some((path) => FILES.includes(path)) ||
        near.some((path) => path.endsWith(`/${name}`));
      return found || /^(?:dist|build|test-results)\//.test(name) || WRITTEN.includes(name) ? [] : [`${page}: ${name}`];
    });
  });
  expect(missing).toEqual([]);
});

it('every folder of the sources has a README, and its line on the architecture page', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const page = textOf('docs/architecture.md');
  expect(folders.length).toBeGreaterThan(5);
  expect(folders.filter(({ name }) => !page.includes(`| src/${name} `)).map(({ name }) => name)).toEqual([]);
  expect(folders.filter(({ name }) => !FILES.includes(`src/${name}/README.md`)).map(({ name }) => name)).toEqual([]);
});

it('the methods hold no HTML: the app shows them as its help', () => {
  expect(prose(textOf('docs/methods.md'))).not.toMatch(/<[a-z!/]/i);
});

/** Files that the program writes. */
const WRITTEN = ['alerts.json', 'calibration.json', 'verdicts.json', 'monte-carlo.json'];

/** Cells of the Markdown tables of a text, rows of dashes left out. */
const cellsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replace(/\\\|/g, '|')),
    );

const markdownTable = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((row) => `| ${row.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`)
    .toSpliced(1, 0, `| ${rows[0].map(() => '---').join(' | ')} |`)
    .join('\n');

type Value = ParameterSpec['default'];
const shown = (value: Value): string => {
  if (value === null) return 'none';
  if (typeof value === 'number') return value.toLocaleString('en-US');
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
};

function rangeOf(spec: ParameterSpec): string {
  switch (spec.type) {
    case 'number':
      return `${shown(spec.min)} to ${shown(spec.max)}`;
    case 'choice':
      return spec.choices.join(', ');
    case 'column':
      return `${STREAM_KEYS.join(', ')}, a column`;
    case 'names':
      return `${spec.default}, or names of columns`;
    case 'boolean':
      return 'true, false';
    case 'pair':
      return spec.max === Number.MAX_SAFE_INTEGER ? 'a pair' : `a pair in ${shown(spec.min)} to ${shown(spec.max)}`;
  }
}

interface GeneratedTable {
  readonly page: string;
  /** Where the table stands in the page: the one group is the table. */
  readonly place: RegExp;
  readonly rows: readonly (readonly string[])[];
}

/** Folders of src/ and what each may import, as the test of the architecture has them. */
function layers(): string[][] {
  const table = /^const LAYERS[^{]*\{\n([\s\S]*?)^\};/m.exec(textOf('src/architecture.test.ts'))![1];
  return [...table.matchAll(/(\w+): \[([^\]]*)\]/g)].map(([, folder, list]) => [
    folder,
    [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name).join(', ') || 'nothing',
  ]);
}

/** Tables of the book that are made of tables of the code. */
const TABLES: readonly GeneratedTable[] = [
  {
    page: 'docs/methods.md',
    place: /^## 11\. Parameters\n[^|]*((?:\|.*\n)+)/m,
    rows: [
      ['name', 'default', 'unit', 'range', 'stage', 'what it does'],
      ...Object.entries(PARAMETER_SPECS).map(([name, spec]) => [
        `\`${name}\``,
        shown(spec.default),
        spec.unit,
        rangeOf(spec),
        spec.stage,
        spec.help,
      ]),
    ],
  },
  {
    page: 'docs/methods.md',
    place: /^### Features of style\n[\s\S]*?\n((?:\|.*\n)+)/m,
    rows: [
      ['feature', 'scale', 'words'],
      ...STYLE_FEATURES.map((feature) => [
        feature.name,
        String(feature.scale),
        feature.kind === 'words' ? feature.words.join(' ') : '',
      ]),
    ],
  },
  {
    page: 'docs/architecture.md',
    place: /^[^\n]*\n((?:\| folder +\| may import [^\n]*\n)(?:\|.*\n)+)/m,
    rows: [['folder', 'may import'], ...layers()],
  },
  {
    page: 'docs/calibration.md',
    place: /<!-- choices -->\n([\s\S]*?\n)<!-- \/choices -->/,
    rows: [
      ['choice', 'value', 'why'],
      ...Object.entries(CHOICES).map(([name, c]) => [
        name,
        `${Number(c.value.toPrecision(6))}${c.unit && ` ${c.unit}`}`,
        c.why,
      ]),
    ],
  },
];

describe.each(TABLES)('the table in $page', ({ page, place, rows }) => {
  it('says what the code says', () => {
    expect(rows.length).toBeGreaterThan(5);
    const text = textOf(page);
    const old = place.exec(text)?.[1];
    expect(old, 'the place of the table').toBeDefined();
    if (process.env.UPDATE_DOCS)
      writeFileSync(
        join(ROOT, page),
        text.replace(old!, () => `${markdownTable(rows)}\n`),
      );
    expect(cellsOf(place.exec(textOf(page))![1])).toEqual(rows);
  });
});
