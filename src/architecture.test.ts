import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/**
 * What each folder of src/ may import besides itself: whatever stands to its left. cli stands beside app; bench and
 * fuzz beside all, and nothing imports them.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  kernels: ['core'],
  detection: ['core', 'kernels'],
  ledger: ['core'],
  embedding: ['core', 'ledger'],
  analysis: ['core', 'kernels', 'detection', 'ledger'],
  harness: [
    'core',
    'kernels',
    'detection',
    'analysis/changeStage',
    'analysis/projection',
    'ledger/write',
    'ledger/types',
  ],
  workers: ['core', 'kernels', 'detection', 'ledger', 'embedding', 'analysis', 'harness'],
  state: ['core', 'kernels', 'detection', 'ledger', 'analysis', 'harness', 'workers'],
  charts: ['core', 'detection/types', 'detection/channels'],
  panels: ['core', 'kernels', 'detection', 'ledger', 'analysis', 'harness', 'workers', 'state', 'charts'],
  app: ['core', 'kernels', 'detection', 'ledger', 'analysis', 'harness', 'workers', 'state', 'charts', 'panels'],
  live: ['core', 'kernels', 'detection', 'ledger', 'analysis', 'harness', 'cli/securityHeaders', 'cli/serve'],
  cli: ['core', 'kernels', 'detection', 'ledger', 'embedding', 'analysis', 'harness', 'live', 'workers/service'],
  fuzz: ['core', 'detection', 'ledger'],
  bench: [
    'core',
    'kernels',
    'detection',
    'ledger',
    'analysis',
    'harness',
    'workers',
    'state',
    'charts',
    'panels',
    'app',
    'cli',
  ],
};

/** Packages that belong to some folders only. */
const PACKAGES: readonly { readonly name: RegExp; readonly only: readonly string[] }[] = [
  { name: /^(echarts|zrender)(\/|$)/, only: ['charts'] },
  { name: /^(react|react-dom|zustand|@tanstack\/.*)(\/|$)/, only: ['state', 'charts', 'panels', 'app'] },
  { name: /^(@duckdb\/duckdb-wasm|parquet-wasm)(\/|$)/, only: ['ledger'] },
  { name: /^comlink(\/|$)/, only: ['workers'] },
  { name: /^prom-client(\/|$)/, only: ['live'] },
  { name: /^(onnxruntime-web|@huggingface\/tokenizers)(\/|$)/, only: ['embedding'] },
];

/**
 * Folders of src/panels/ that are no panel but what panels share; like the files beside them they may be imported by
 * all.
 */
const SHARED_BY_PANELS = ['stack'];

/** The browser files that may start a worker; the command line starts threads of its own. */
const WORKER_STARTERS = [
  'workers/client.ts',
  'workers/engineWorkers.ts',
  'workers/databaseWorker.ts',
  'workers/liveWorker.ts',
];

interface Reference {
  readonly target: string;
  readonly typeOnly: boolean;
  /** A dynamic import or a URL. */
  readonly lazy: boolean;
}
interface Source {
  readonly references: readonly Reference[];
  readonly startsWorker: boolean;
}

/**
 * Everything a file names as an import, export-from, dynamic import, import type or `new URL(..., import.meta.url)`.
 */
function read(path: string, text: string): Source {
  const references: Reference[] = [];
  let startsWorker = false;
  const add = (node: ts.Node | undefined, typeOnly: boolean, lazy = false): void => {
    if (node && ts.isStringLiteralLike(node))
      references.push({ target: node.text.replace(/\?.*$/, ''), typeOnly, lazy });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, true);
    else if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
      const name = node.expression.text;
      if (name === 'Worker' || name === 'SharedWorker') startsWorker = true;
      if (name === 'URL' && node.arguments?.[1]?.getText() === 'import.meta.url') add(node.arguments[0], false, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(
    ts.createSourceFile(
      path,
      text,
      ts.ScriptTarget.Latest,
      true,
      path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
    ),
  );
  return { references, startsWorker };
}

/**
 * Breaches of the layout, as sentences.
 * @param files path below src/ (with `/`) -> text
 */
function violations(files: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const folder = folderOf(path);
    // Tests run in Node, whatever they test.
    const isTest = /\.test\.tsx?$/.test(path) || path.endsWith('/testing.ts');
    const isNode = isTest || ['cli', 'live', 'bench', 'fuzz'].includes(folder) || path.endsWith('.node.ts');
    if (!(folder in LAYERS)) {
      if (!(isTest && folder === '')) found.push(`${path} is in no known folder`);
      continue;
    }
    const { references, startsWorker } = read(path, text);
    if (startsWorker && !isNode && !WORKER_STARTERS.includes(path))
      found.push(`${path} starts a worker: only ${WORKER_STARTERS.join(', ')} may`);
    for (const { target, typeOnly } of references) {
      if (!target.startsWith('.')) {
        if (/^node:/.test(target) && !isNode) found.push(`${path} imports ${target}: browser code cannot`);
        const rule = PACKAGES.find(({ name }) => name.test(target));
        if (rule && !rule.only.includes(folder) && !isTest && !typeOnly)
          found.push(`${path} imports ${target}: only ${rule.only.join(', ')} may`);
        continue;
      }
      const to = posix.normalize(posix.join(posix.dirname(path), target));
      if (to.startsWith('..')) {
        const loaders = to.endsWith('/decode.wasm') ? ['ledger'] : ['kernels', 'bench'];
        if (/\bwasm\//.test(to) && !loaders.includes(folder))
          found.push(`${path} reaches ${target}: only ${loaders[0]} may load it`);
        continue;
      }
      if (/\.node\.ts$/.test(to) && !isNode) found.push(`${path} imports ${to}: browser code cannot import Node's`);
      if (folderOf(to) === folder) {
        const panel = folder === 'panels' ? panelOf(to) : null;
        if (panel !== null && !SHARED_BY_PANELS.includes(panel) && panelOf(path) !== null && panelOf(path) !== panel) {
          found.push(`${path} imports ${to}: panels never import each other`);
        }
        continue;
      }
      const allowed = LAYERS[folder].some((name) => to.startsWith(`${name}/`) || to.startsWith(`${name}.`));
      if (!allowed) found.push(`${path} imports ${to}: ${folder} may import ${LAYERS[folder].join(', ') || 'nothing'}`);
    }
  }
  return found;
}

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '');
const panelOf = (path: string): string | null => /^panels\/([^/]+)\//.exec(path)?.[1] ?? null;

function sources(): Record<string, string> {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

describe('architecture', () => {
  test('imports point one way', () => {
    const files = sources();
    expect(Object.keys(files).length).toBeGreaterThan(10);
    expect(violations(files)).toEqual([]);
  });

  test.each([
    ['core/a.ts', `import { b } from '../detection/b.ts';`, /core may import nothing/],
    ['core/a.ts', `export type { B } from '../detection/b.ts';`, /core may import nothing/],
    ['kernels/a.ts', `const b = await import('../ledger/b.ts');`, /kernels may import core/],
    ['detection/a.ts', `let b: import('../state/b.ts').B;`, /detection may import core, kernels/],
    ['harness/a.ts', `import { b } from '../ledger/read.ts';`, /harness may import/],
    ['ledger/a.ts', `const url = new URL('../workers/b.ts', import.meta.url);`, /ledger may import/],
    ['workers/a.ts', `import x from '../state/b.ts';`, /workers may import/],
    ['state/a.ts', `import x from '../panels/b.ts';`, /state may import/],
    [
      'charts/a.ts',
      `import { b } from '../detection/b.ts';`,
      /charts may import core, detection\/types, detection\/channels/,
    ],
    ['charts/a.ts', `import type { B } from '../state/b.ts';`, /charts may import/],
    ['panels/drift/a.tsx', `import { b } from '../collapse/b.ts';`, /panels never import each other/],
    ['panels/stack/a.tsx', `import { b } from '../collapse/b.ts';`, /panels never import each other/],
    ['panels/drift/a.tsx', `import { b } from '../../app/b.ts';`, /panels may import/],
    ['app/a.tsx', `import { b } from '../cli/b.ts';`, /app may import/],
    ['cli/a.ts', `import { b } from '../state/b.ts';`, /cli may import/],
    ['cli/a.ts', `import { useState } from 'react';`, /react: only state/],
    ['state/a.ts', `import * as echarts from 'echarts/core';`, /echarts\/core: only charts/],
    ['ledger/a.ts', `import { useQuery } from '@tanstack/react-query';`, /only state, charts, panels, app/],
    ['app/a.ts', `import { AsyncDuckDB } from '@duckdb/duckdb-wasm';`, /only ledger/],
    ['app/a.ts', `import url from '../../wasm/build/kernels.wasm?url';`, /only kernels/],
    ['ledger/a.ts', `import url from '../../wasm/build/kernels.wasm?url';`, /only kernels/],
    ['kernels/a.ts', `import url from '../../wasm/build/decode.wasm?url';`, /only ledger/],
    ['app/a.ts', `const w = new Worker(new URL('../workers/b.ts', import.meta.url));`, /starts a worker/],
    ['workers/a.ts', `import { load } from '../kernels/load.node.ts';`, /browser code cannot import Node's/],
    ['ledger/a.ts', `import { readFile } from 'node:fs/promises';`, /node:fs\/promises: browser code cannot/],
    ['elsewhere/a.ts', ``, /no known folder/],
  ])('%s with %s is found', (path, text, message) => {
    const found = violations({ [path]: text });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test.each([
    ['kernels/a.ts', `import { ok } from '../core/result.ts'; import url from '../../wasm/build/kernels.wasm?url';`],
    ['harness/a.ts', `import { writeParquet } from '../ledger/write.ts'; import type { T } from '../ledger/types.ts';`],
    [
      'charts/a.tsx',
      `import * as echarts from 'echarts/core'; import type { Alert } from '../detection/types.ts'; import './a.css';`,
    ],
    [
      'panels/drift/a.tsx',
      `import { Frame } from '../Frame.tsx'; import { lines } from '../stack/lines.ts'; import { b } from './b.ts';
       import { Plot } from '../../charts/Plot.tsx';`,
    ],
    ['panels/registry.ts', `import { drift } from './drift/panel.ts';`],
    ['workers/client.ts', `const w = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });`],
    ['workers/a.test.ts', `import { load } from '../kernels/load.node.ts'; import { readFileSync } from 'node:fs';`],
    ['cli/a.ts', `import { load } from '../kernels/load.node.ts'; // import { x } from '../app/x.ts';`],
    [
      'cli/trialPool.ts',
      `import { Worker } from 'node:worker_threads';
       const w = new Worker(new URL('./trialWorker.ts', import.meta.url));`,
    ],
    ['kernels/load.node.ts', `import { readFile } from 'node:fs/promises';`],
  ])('%s with %s is allowed', (path, text) => expect(violations({ [path]: text })).toEqual([]));
});

/** Files that programs and pages start with, and what only scripts/ imports. */
const ENTRIES = [
  ...[
    'app/main.tsx',
    'bench/main.node.ts',
    'cli/main.ts',
    'fuzz/main.node.ts',
    'live/leaders.node.ts',
    'live/soak.node.ts',
  ],
  ...usedByScripts(),
];

function usedByScripts(): string[] {
  const folder = fileURLToPath(new URL('../scripts/', import.meta.url));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .flatMap((name) => read(name, readFileSync(join(folder, name), 'utf8')).references)
    .flatMap(({ target }) => /^\.\.\/src\/(.+)$/.exec(target)?.[1] ?? []);
}

/** Imports of each file within src/; `lazy` ones are dynamic imports and URLs, which cannot close a cycle. */
function graphOf(files: Readonly<Record<string, string>>): Map<string, { target: string; lazy: boolean }[]> {
  return new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      read(path, text)
        .references.filter(({ target }) => target.startsWith('.'))
        .map(({ target, lazy }) => ({ target: posix.normalize(posix.join(posix.dirname(path), target)), lazy })),
    ]),
  );
}

/** Groups of files that import each other in a circle, types included. */
function cycles(files: Readonly<Record<string, string>>): string[][] {
  const graph = graphOf(files);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    low.set(path, order.get(path)!);
    stack.push(path);
    for (const { target, lazy } of graph.get(path)!) {
      if (lazy || !graph.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) low.set(path, Math.min(low.get(path)!, low.get(target)!));
    }
    if (low.get(path) !== order.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1) found.push(group.sort());
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return found;
}

/** Files that nothing imports, tests and what `ENTRIES` names aside. */
function unused(files: Readonly<Record<string, string>>): string[] {
  const used = new Set([...graphOf(files).values()].flat().map(({ target }) => target));
  return Object.keys(files).filter(
    (path) => !used.has(path) && !ENTRIES.includes(path) && !/\.test\.tsx?$|\.d\.ts$/.test(path),
  );
}

describe('the graph of imports', () => {
  test('has no cycle, types included', () => expect(cycles(sources())).toEqual([]));

  test('reaches every file', () => expect(unused(sources())).toEqual([]));

  test('finds a cycle of types, and a file that nobody imports', () => {
    const files = {
      'core/a.ts': `import type { B } from './b.ts';`,
      'core/b.ts': `export type { C } from './c.ts';`,
      'core/c.ts': `let a: import('./a.ts').A;`,
      'core/d.ts': `const e = await import('./e.ts');`,
      'core/e.ts': `import { d } from './d.ts';`,
    };
    expect(cycles(files)).toEqual([['core/a.ts', 'core/b.ts', 'core/c.ts']]);
    expect(unused({ ...files, 'core/f.ts': '', 'core/f.test.ts': '' })).toEqual(['core/f.ts']);
  });
});

const NO_FACE = 'No public face: every module is imported by its own name.';

/** The files of a folder that others may import, by its README; null if all, undefined if it does not say. */
function faceOf(folder: string, readme: string): readonly string[] | null | undefined {
  const paragraphs = readme.split(/\n\s*\n/).map((paragraph) => paragraph.replace(/\s+/g, ' ').trim());
  if (paragraphs.includes(NO_FACE)) return null;
  const listed = paragraphs.find((paragraph) => paragraph.startsWith('Public face:'));
  return listed === undefined
    ? undefined
    : [...listed.matchAll(/`([^`]+\.tsx?)`/g)].map(([, name]) => `${folder}/${name}`);
}

/** Imports past a folder's public face, tests aside, and READMEs that state none or one that is not there. */
function pastFaces(files: Readonly<Record<string, string>>, readmes: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  const faces = new Map<string, readonly string[]>();
  for (const [folder, readme] of Object.entries(readmes)) {
    const face = faceOf(folder, readme);
    if (face === undefined || face?.length === 0) found.push(`${folder}/README.md names no public face`);
    else if (face) faces.set(folder, face);
    for (const path of face ?? []) if (!(path in files)) found.push(`${path} is a public face but no file`);
  }
  for (const [path, imports] of graphOf(files)) {
    if (/\.test\.tsx?$|\/testing\.ts$/.test(path)) continue;
    for (const { target } of imports) {
      const face = faces.get(folderOf(target));
      if (folderOf(target) !== folderOf(path) && face && !face.includes(target))
        found.push(`${path} imports ${target}: no public face of ${folderOf(target)}`);
    }
  }
  return found;
}

describe('public faces', () => {
  test('are named by every folder, and others import nothing else', () => {
    const readmes = Object.keys(LAYERS).map((folder) => [
      folder,
      readFileSync(fileURLToPath(new URL(`${folder}/README.md`, import.meta.url)), 'utf8'),
    ]);
    expect(pastFaces(sources(), Object.fromEntries(readmes))).toEqual([]);
  });

  test('are read from the READMEs, over several lines', () => {
    const files = {
      'core/a.ts': `import { c } from './c.ts';`,
      'core/b.ts': ``,
      'core/c.ts': ``,
      'ledger/a.ts': `import { a } from '../core/a.ts'; import type { B } from '../core/b.ts';`,
      'ledger/b.ts': `const c = await import('../core/c.ts');`,
      'ledger/b.test.ts': `import { c } from '../core/c.ts';`,
    };
    const readmes = {
      core: '# core\n\nPublic face: `a.ts`,\n`b.ts` (types).\n\n`c.ts` counts.',
      ledger: `\n\n${NO_FACE}\n`,
    };
    expect(pastFaces(files, readmes)).toEqual(['ledger/b.ts imports core/c.ts: no public face of core']);
    expect(pastFaces(files, { core: 'Public face: `d.ts`.', ledger: '# ledger' })).toEqual([
      'core/d.ts is a public face but no file',
      'ledger/README.md names no public face',
      'ledger/a.ts imports core/a.ts: no public face of core',
      'ledger/a.ts imports core/b.ts: no public face of core',
      'ledger/b.ts imports core/c.ts: no public face of core',
    ]);
  });
});

describe('formats', () => {
  test('are light: what they need to read is imported when a file is opened', () => {
    const files = Object.entries(sources()).filter(([path]) => /^ledger\/formats\/[a-z0-9]+\.ts$/.test(path));
    const listed = read('ledger/formats/list.ts', sources()['ledger/formats/list.ts']).references.map(({ target }) =>
      posix.join('ledger/formats', target),
    );
    const formats = files.filter(([path]) => listed.includes(path));
    const light = [...listed, 'core/once.ts'].map((path) => posix.normalize(path));
    expect(formats.length).toBeGreaterThan(3);
    for (const [path, text] of formats)
      for (const { target, lazy, typeOnly } of read(path, text).references)
        expect(lazy || typeOnly || light.includes(posix.join('ledger/formats', target)), `${path}: ${target}`).toBe(
          true,
        );
  });
});
