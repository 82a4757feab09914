import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TautlineFailure } from '../core/errors.ts';

/** Where a command puts its files. They wait in a hidden folder beside their places until all of them are whole. */
export interface Output {
  /** @param path below the folder */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** What was written so far takes its place; else that happens once the command has succeeded. */
  publish(): Promise<void>;
}

interface Place {
  readonly folder: string;
  /** The one file that it is about, as the user named it; null: the folder. */
  readonly file: string | null;
  /** Whether the folder may be made. */
  readonly make: boolean;
  /** Files that will be written, as far as that is known before. */
  readonly names: readonly string[];
  /** Files that are read, which none may replace. */
  readonly inputs: readonly string[];
}

/**
 * Runs a command that writes into a folder, which is made where it does not exist. That it can be written into is found
 * out before.
 * @throws TautlineFailure of kind file that names the place and what is wrong with it
 */
export const intoFolder = <T>(
  folder: string,
  names: readonly string[],
  inputs: readonly string[],
  command: (output: Output) => Promise<T>,
): Promise<T> => run({ folder, file: null, make: true, names, inputs }, command);

/** The same of one file, in a folder that exists; `write` takes its content. None where no file is asked for. */
export async function intoFile<T>(
  file: string | undefined,
  inputs: readonly string[],
  command: (write: (content: Uint8Array | string) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (file === undefined) return command(() => Promise.resolve());
  // What is no file on a disk, such as a pipe, takes its bytes as they come.
  if (isDevice(file)) return command((content) => writeFile(file, content).catch(refuse(file)));
  const target = realPath(file) ?? file;
  const name = basename(target);
  const place = { folder: dirname(target), file, make: false, names: [name], inputs };
  return run(place, (output) => command((content) => output.write(name, content)));
}

const unfinished = new Set<Staging>();

/** Removes what is not whole; at once, for a process that ends. */
export function discardUnfinished(): void {
  for (const staging of unfinished) staging.discard();
}

async function run<T>(place: Place, command: (output: Output) => Promise<T>): Promise<T> {
  const staging = new Staging(place);
  unfinished.add(staging);
  try {
    staging.probe();
    const result = await command(staging);
    await staging.publish();
    return result;
  } finally {
    staging.discard();
    unfinished.delete(staging);
  }
}

const PROBE_BYTES = 4096;

class Staging implements Output {
  readonly #place: Place;
  /** Where files wait; null while there are none. */
  #hidden: string | null = null;
  /** The outermost folder that was made for it, until a file stands in it. */
  #made: string | null = null;
  readonly #paths = new Set<string>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** Finds out what would fail later, and leaves nothing behind. */
  probe(): void {
    const { folder, file: named, names } = this.#place;
    try {
      const file = join(this.#hide(), 'probe');
      writeFileSync(file, new Uint8Array(PROBE_BYTES));
      sync(file);
    } catch (thrown) {
      throw refusal(named ?? folder, thrown);
    } finally {
      this.discard();
    }
    for (const name of names) this.#check(name);
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    try {
      const file = join(this.#hide(), path);
      makeFolders(dirname(file));
      const handle = await open(file, 'w');
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (thrown) {
      throw refusal(this.#nameOf(path), thrown);
    }
    this.#paths.add(path);
  }

  publish(): Promise<void> {
    const hidden = this.#hidden;
    // In one go, so that no signal comes between.
    if (hidden !== null) {
      for (const path of this.#paths) this.#check(path);
      for (const path of this.#paths) this.#putInPlace(hidden, path);
      this.#paths.clear();
      this.discard();
    }
    return Promise.resolve();
  }

  discard(): void {
    try {
      if (this.#hidden !== null) rmSync(this.#hidden, { recursive: true, force: true });
      if (this.#made !== null) removeEmpty(this.#place.folder, this.#made);
    } catch {
      // What cannot be removed is hidden, and no part of a ledger.
    }
    this.#hidden = null;
    this.#made = null;
  }

  #putInPlace(hidden: string, path: string): void {
    const target = join(this.#place.folder, path);
    try {
      makeFolders(dirname(target));
      const before = found(target);
      if (before) chmodSync(join(hidden, path), before.mode & 0o777);
      renameSync(join(hidden, path), target);
      this.#made = null;
      sync(dirname(target));
    } catch (thrown) {
      throw refusal(this.#nameOf(path), thrown);
    }
  }

  /** The hidden folder, made with the folder around it. */
  #hide(): string {
    if (this.#hidden !== null) return this.#hidden;
    const { folder, make } = this.#place;
    if (make) this.#made = makeFolders(folder) ?? this.#made;
    return (this.#hidden = mkdtempSync(join(folder, '.tautline-')));
  }

  /** A file as messages call it. */
  #nameOf(path: string): string {
    const { file, folder } = this.#place;
    return file ?? join(folder, path);
  }

  /** Refuses a file that cannot take its place. */
  #check(path: string): void {
    const target = join(this.#place.folder, path);
    const before = found(target);
    if (!before) return;
    if (before.isDirectory()) throw refusal(this.#nameOf(path), { code: 'EISDIR' });
    try {
      accessSync(target, constants.W_OK);
    } catch (thrown) {
      throw refusal(this.#nameOf(path), thrown);
    }
    if (this.#place.inputs.some((input) => realPath(input) === realPath(target))) {
      const problem = 'it cannot be written: the ledger or another input is read from it';
      throw new TautlineFailure({ kind: 'file', file: this.#nameOf(path), problem, advice: 'Write to another file' });
    }
  }
}

function found(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Files of the system that stand for something else: what they name by a link is open already. */
const STANDS_FOR = /^\/(dev\/(std(in|out|err)|fd\/)|proc\/)/;

function isDevice(path: string): boolean {
  if (STANDS_FOR.test(resolve(path))) return true;
  const before = found(path);
  return before !== null && !before.isFile() && !before.isDirectory();
}

/** Asks that a file, or the names of a folder, are on the disk; some file systems cannot for a folder. */
function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } catch (thrown) {
    if (['ENOSPC', 'EDQUOT', 'EIO'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a folder and those around it, one by one: Node's own way does not end where the system refuses with "no such
 * folder", as /proc does.
 * @returns the outermost that was made, null if all were there
 */
function makeFolders(folder: string): string | null {
  if (found(folder)?.isDirectory()) return null;
  const around = dirname(folder);
  const outermost = around === folder ? null : makeFolders(around);
  mkdirSync(folder);
  return outermost ?? folder;
}

/** Removes empty folders from the innermost outwards. */
function removeEmpty(from: string, to: string): void {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    rmdirSync(folder);
    if (folder === resolve(to)) return;
  }
}

const ELSEWHERE = 'Write to another place';
const REASONS: ReadonlyMap<string, readonly [problem: string, advice: string]> = new Map([
  ['ENOSPC', ['the disk is full', 'Make room there, or write to another place']],
  ['EDQUOT', ['the disk has no more room for you', 'Make room there, or write to another place']],
  ['EFBIG', ['files may not be so large there', ELSEWHERE]],
  ['EROFS', ['the disk can only be read', ELSEWHERE]],
  ['EACCES', ['there is no permission', 'Change its permissions, or write to another place']],
  ['EPERM', ['there is no permission', 'Change its permissions, or write to another place']],
  ['ENOENT', ['there is no such folder, and none can be made', 'Check the path']],
  ['ENOTDIR', ['a file stands where a folder is needed', 'Check the path']],
  ['EEXIST', ['a file stands where a folder is needed', 'Check the path']],
  ['EISDIR', ['a folder of that name is there', 'Give it another name']],
  ['ENAMETOOLONG', ['its name is too long', 'Give it a shorter name']],
  ['ELOOP', ['its links lead in a circle', 'Check the path']],
]);

/** What the system says of a file that cannot be written, in a sentence. */
function refusal(file: string, thrown: unknown): TautlineFailure {
  if (thrown instanceof TautlineFailure) return thrown;
  const { code = String(thrown) } = thrown as NodeJS.ErrnoException;
  const [problem, advice] = REASONS.get(code) ?? [code, ELSEWHERE];
  return new TautlineFailure({ kind: 'file', file, problem: `it cannot be written: ${problem}`, advice });
}

const refuse =
  (file: string) =>
  (thrown: unknown): never => {
    throw refusal(file, thrown);
  };
