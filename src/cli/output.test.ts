import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { run as bundle } from './bundle.ts';
import { run as generate } from './generate.ts';
import { intoFile, intoFolder } from './output.ts';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tautline-output-'));
  await writeFile(at('file'), 'old');
  await mkdir(at('occupied/a.json'), { recursive: true });
  const rows = Array.from({ length: 1500 }, (_, i) => `${i},${i === 1400 ? '\u001b[2Jwiped' : 1e12 + i},p,text ${i}`);
  await writeFile(at('value.csv'), ['event_id,ts,provider_id,text', ...rows].join('\n'));
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rm(folder, { recursive: true }));

describe('what a command writes', () => {
  it('appears once all of it is whole, with the rights of what it replaces', async () => {
    await mkdir(at('there'));
    await writeFile(at('there/a.json'), 'old');
    await chmod(at('there/a.json'), 0o600);
    await intoFolder(at('there'), ['a.json'], [], async (output) => {
      await output.write('a.json', 'new');
      await output.write('p=1/b.json', 'new');
      expect(await readFile(at('there/a.json'), 'utf8')).toBe('old');
      expect((await readdir(at('there'))).filter((name) => !name.startsWith('.'))).toEqual(['a.json']);
    });
    expect(await readdir(at('there'))).toEqual(['a.json', 'p=1']);
    expect(await readFile(at('there/a.json'), 'utf8')).toBe('new');
    expect((await stat(at('there/a.json'))).mode & 0o777).toBe(0o600);
  });

  it('is gone where the command fails, and so is a folder made for it', async () => {
    const failing = intoFolder(at('made/for/it'), [], [], async (output) => {
      await output.write('a.json', 'half');
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    await expect(stat(at('made'))).rejects.toThrow('ENOENT');
  });

  it('stays where it was published before', async () => {
    const failing = intoFolder(at('early'), [], [], async (output) => {
      await output.write('a.json', 'whole');
      await output.publish();
      await output.write('b.json', 'half');
      throw new Error('no more');
    });
    await expect(failing).rejects.toThrow('no more');
    expect(await readdir(at('early'))).toEqual(['a.json']);
  });

  it('goes through a link to its file, and into what is no file', async () => {
    await writeFile(at('real'), 'old');
    await symlink(at('real'), at('link'));
    await intoFile(at('link'), [], (write) => write('new'));
    expect(await readFile(at('real'), 'utf8')).toBe('new');
    await intoFile('/dev/null', [], (write) => write('new'));
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  const into = (path: string) => intoFolder(at(path), ['a.json'], [], () => Promise.reject(new Error('begun')));
  const file = (path: string) => intoFile(at(path), [at('file')], () => Promise.reject(new Error('begun')));
  it.each<[string, () => Promise<unknown>, string]>([
    ['a file for a folder', () => into('file'), 'file: it cannot be written: a file stands where a folder is needed'],
    ['a folder below a file', () => into('file/x'), 'file/x: it cannot be written: a file stands'],
    ['a folder where a file goes', () => into('occupied'), 'a.json: it cannot be written: a folder of that name is'],
    ['a name without end', () => into('x'.repeat(300)), 'its name is too long'],
    ['no folder', () => file('none/a.json'), 'none/a.json: it cannot be written: there is no such folder'],
    ['a folder for a file', () => file('occupied'), 'occupied: it cannot be written: a folder of that name'],
    ['an input', () => file('file'), 'file: it cannot be written: the ledger or another input is read from it'],
    [
      'a full disk',
      () => intoFile('/dev/full', [], (write) => write('x')),
      '/dev/full: it cannot be written: the disk is',
    ],
    ['the system', () => into('../../../../../../../../proc/x/y'), 'there is no such folder, and none can be made'],
  ])('is refused before anything is begun: %s', async (_, command, problem) => {
    await expect(command()).rejects.toThrow(problem);
    expect((await readdir(folder)).filter((name) => name.startsWith('.') || name === 'none')).toEqual([]);
  });

  it('does not replace the ledger it was read from', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await generate(['quick-tour', '--single', '--out', folder]);
    const ledger = at('quick-tour.json');
    await writeFile(ledger, await readFile(at('quick-tour.parquet')));
    await expect(bundle([ledger, '--out', ledger])).rejects.toThrow('another input is read from it');
  });
});

/** The command line as a process of its own; `limits` goes in front, as a shell has it. */
async function tautline(
  args: readonly string[],
  { limits = '', to = '', kill }: { limits?: string; to?: string; kill?: NodeJS.Signals } = {},
) {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn('bash', ['-c', `${limits} exec "$0" --import tsx "$@" ${to}`, process.execPath, main, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  if (kill) {
    await vi.waitUntil(async () => (await readdir(at('long')).catch(() => [])).length > 0, { timeout: 30_000 });
    child.kill(kill);
  }
  return { status: await ended, stdout, lines: stderr.split('\n').slice(0, -1) };
}

describe.skipIf(process.platform !== 'linux')('a process', () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    'that is ended by %s leaves nothing',
    async (kill, status) => {
      const ended = await tautline(['generate', 'benign', '--events', '4000000', '--out', at('long')], { kill });
      expect(ended).toMatchObject({ status, lines: [] });
      await expect(stat(at('long'))).rejects.toThrow('ENOENT');
    },
    60_000,
  );

  it.each<[string, string[], { limits?: string; to?: string }, RegExp]>([
    [
      'files may not grow',
      ['generate', 'benign', '--out', 'D'],
      { limits: 'ulimit -f 20;' },
      /files may not be so large/,
    ],
    ['its output is full', ['help'], { to: '>/dev/full' }, /what it prints cannot be written \(the disk is full\)/],
    ['there is no command', ['\u001b[31manalyse\n'], {}, /there is no command "\\u001b\[31manalyse\\n"; there are/],
    ['a cell would wipe the screen', ['analyze', 'L', '--out', 'D'], {}, /value\.csv.*"\\u001b\[2Jwiped"/],
    ['there is no option', ['analyze', '--nope'], {}, /Parameter "--nope": is not an option/],
    [
      'a prototype is asked for',
      ['analyze', 'none', '--out', 'D', '--where', '__proto__=x'],
      {},
      /none: there is no such/,
    ],
  ])(
    'where %s says so in one line',
    async (_, args, around, problem) => {
      const { status, lines } = await tautline(
        args.map((arg) => (arg === 'D' ? at('limited') : arg === 'L' ? at('value.csv') : arg)),
        around,
      );
      expect(lines).toEqual([expect.stringMatching(problem)]);
      expect(lines[0]).toMatch(/^tautline: /);
      expect(status).toBe(2);
      await expect(stat(at('limited'))).rejects.toThrow('ENOENT');
    },
    60_000,
  );

  it('is quiet where its reader has seen enough', async () => {
    expect(await tautline(['help'], { limits: 'set -o pipefail;', to: '| head -1' })).toMatchObject({
      status: 0,
      stdout: 'Tautline analyses multi-agent dialogue ledgers.\n',
      lines: [],
    });
  }, 60_000);
});
