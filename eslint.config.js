import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { EXEMPT, LIMITS, TESTS } from './scripts/limits.mjs';

export default defineConfig(
  // wasm/ is AssemblyScript: TypeScript's syntax with other types; asc checks it.
  { ignores: ['dist/', 'build/', 'wasm/', 'coverage/', 'test-results/', 'public/', '**/fixtures/', '**/*_pb.ts'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.worker, ...globals.node },
      parserOptions: { projectService: true, tsconfigRootDir: process.cwd() },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-base-to-string': [
        'error',
        { ignoredTypeNames: ['DataType', 'Error', 'RegExp', 'URL', 'URLSearchParams'] },
      ],
      // Indexing yields T, not T | undefined (typed arrays in every loop), so "this cannot be missing" is not the
      // checker's to say.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Interfaces that are async for some of their implementations.
      '@typescript-eslint/require-await': 'off',
      // Store actions and Arrow's generics, both safe in the way they are used here.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  { files: ['src/**/*.tsx', 'src/**/use*.ts'], ...reactHooks.configs.flat.recommended },
  { files: ['src/cli/**', 'src/bench/**', 'scripts/**'], rules: { 'no-console': 'off' } },
  {
    // Assertions are loosely typed; casts in JSDoc are not seen.
    files: ['**/*.test.{ts,tsx}', 'e2e/**', 'scripts/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    rules: {
      'max-lines': ['error', { max: LIMITS.file }],
      'max-lines-per-function': ['error', { max: LIMITS.function }],
      'max-len': ['error', { code: LIMITS.line }],
    },
  },
  { files: TESTS, rules: { 'max-lines': ['error', { max: LIMITS.testFile }] } },
  // Only what ESLint reads anyway: a file named here would be parsed.
  {
    files: EXEMPT.filter((path) => /\.(tsx?|mjs)$/.test(path) && !path.startsWith('wasm/')),
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', 'max-len': 'off' },
  },
);
