import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { EXEMPT, LIMITS } from '../scripts/limits.mjs';

/** What ESLint does not read: styles, kernels and C. */
const FILES = /^(src\/.*\.(css|c|h)|wasm\/.*\.ts|public\/.*\.proto)$/;

const root = fileURLToPath(new URL('..', import.meta.url));

/** Breaches of the limits, as sentences. @param lines without their ends */
function breaches(path: string, lines: readonly string[]): string[] {
  const found: string[] = [];
  if (lines.length > LIMITS.file && /\.(css|ts)$/.test(path)) found.push(`${path} has ${lines.length} lines`);
  lines.forEach((line, i) => {
    if (line.length > LIMITS.line) found.push(`${path}:${i + 1} has ${line.length} characters`);
  });
  if (path.endsWith('.ts')) found.push(...longFunctions(path, lines.join('\n')));
  return found;
}

function longFunctions(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) {
      const from = file.getLineAndCharacterOfPosition(node.getStart()).line;
      const count = file.getLineAndCharacterOfPosition(node.end).line - from + 1;
      if (count > LIMITS.function) found.push(`${path}:${from + 1} is a function of ${count} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const tracked = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => FILES.test(path));

test('styles, kernels and C keep to the limits that ESLint keeps the rest to', () => {
  const files = tracked();
  expect(files.length).toBeGreaterThan(30);
  const found = files
    .filter((path) => !EXEMPT.includes(path))
    .flatMap((path) =>
      breaches(
        path,
        readFileSync(root + path, 'utf8')
          .trimEnd()
          .split('\n'),
      ),
    );
  expect(found).toEqual([]);
});

test('what is exempt exists', () => {
  expect(EXEMPT.filter((path) => !existsSync(root + path))).toEqual([]);
});

test.each<[string, readonly string[], string]>([
  ['src/a.css', Array<string>(401).fill('x'), 'src/a.css has 401 lines'],
  ['src/bench/c/a.c', ['x'.repeat(121)], 'src/bench/c/a.c:1 has 121 characters'],
  [
    'wasm/a.ts',
    ['export function f(): void {', ...Array<string>(119).fill('  g();'), '}'],
    'wasm/a.ts:1 is a function of 121 lines',
  ],
])('%s beyond a limit is found', (path, lines, problem) => {
  expect(breaches(path, lines)).toEqual([problem]);
});
