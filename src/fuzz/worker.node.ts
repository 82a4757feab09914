import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TautlineFailure } from '../core/errors.ts';
import { namedBlobs } from '../ledger/files.node.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import { decode, type Decoded } from './decode.ts';
import { judgeEnd, judgeLedger, type Ended, type Verdict } from './judge.ts';
import { makeCase } from './kinds.node.ts';
import type { CaseFile, FuzzCase } from './model.ts';
import type { Done, Job, Made } from './protocol.ts';

/** Runs cases one after another, as long as its parent asks for them. */
const platform = nodePlatform();

class Exit extends Error {}

function write(folder: string, files: readonly CaseFile[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { path, bytes, link } of files) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    if (link !== undefined) symlinkSync(link, to);
    else writeFileSync(to, bytes);
  }
}

let runs = 0;
const exitCodeNow = (): number => Number(process.exitCode ?? 0);

type Emitter = Pick<NodeJS.EventEmitter, 'eventNames' | 'listeners' | 'removeListener'>;

/** Takes off what is listening then and is not now: a process of its own would have ended. */
function listenersKept(emitters: readonly Emitter[]): () => void {
  const before = emitters.map((emitter) => new Set(emitter.eventNames().flatMap((name) => emitter.listeners(name))));
  return () =>
    emitters.forEach((emitter, i) => {
      for (const name of emitter.eventNames())
        for (const listener of emitter.listeners(name))
          if (!before[i].has(listener)) emitter.removeListener(name, listener as () => void);
    });
}

/** The whole command line, as its bundle runs it, in this process. */
async function runCli(cli: string, args: readonly string[]): Promise<Ended> {
  const said = { out: '', err: '' };
  const { argv, exit, exitCode } = process;
  const [out, err] = [process.stdout.write, process.stderr.write];
  const heard = (stream: 'out' | 'err') =>
    ((chunk: string | Uint8Array) => {
      said[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    }) as typeof process.stdout.write;
  process.argv = [argv[0], cli, ...args];
  process.stdout.write = heard('out');
  process.stderr.write = heard('err');
  process.exit = (code?: number) => {
    process.exitCode = code ?? process.exitCode ?? 0;
    throw new Exit();
  };
  process.exitCode = undefined;
  const restore = listenersKept([process, process.stdout, process.stderr]);
  let thrown: string | null = null;
  try {
    // A module of another address is evaluated again; what it imports stays.
    await import(`${pathToFileURL(cli).href}?run=${runs++}`);
  } catch (error) {
    if (!(error instanceof Exit)) thrown = error instanceof Error ? String(error.stack) : String(error);
  }
  const ended: Ended = { exit: exitCodeNow(), ...said, thrown };
  restore();
  process.argv = argv;
  process.exit = exit;
  process.exitCode = exitCode;
  process.stdout.write = out;
  process.stderr.write = err;
  return ended;
}

async function opened(path: string): Promise<Decoded | { refused: string } | { thrown: string }> {
  try {
    return await decode(await namedBlobs(path), platform);
  } catch (error) {
    if (error instanceof TautlineFailure && error.error.kind !== 'internal') return { refused: error.message };
    return { thrown: error instanceof Error ? String(error.stack) : String(error) };
  }
}

async function judge(made: FuzzCase, folder: string, ended: Ended): Promise<Verdict> {
  const wrong = judgeEnd(ended, made.args[0] === 'replay' ? [0, 1, 2] : [0, 2]);
  if (wrong) return wrong;
  if (made.ledger === null) {
    const outcome = ended.exit === 2 ? 'refused' : 'other values';
    if (made.law === 'sound' && ended.exit === 2)
      return { outcome: null, fault: { kind: 'sound file refused', detail: ended.err } };
    return { outcome, fault: null };
  }
  const read = await opened(join(folder, made.ledger));
  if ('thrown' in read) return { outcome: null, fault: { kind: 'storing fails inwardly', detail: read.thrown } };
  write(join(folder, 'intact'), made.intact);
  const intact = await opened(join(folder, 'intact', made.intact.length === 1 ? made.intact[0].path : made.ledger));
  if (!('rows' in intact)) throw new Error(`the intact file does not open: ${JSON.stringify(intact)}`);
  const verdict = judgeLedger(made, intact, read);
  if (verdict.fault || ended.exit === 0 || 'refused' in read) return verdict;
  if (made.law === 'sound') return { outcome: null, fault: { kind: 'sound file refused', detail: ended.err } };
  return { outcome: 'refused', fault: null };
}

async function perform(job: Job): Promise<void> {
  const made = await makeCase(job.seed, job.number, job.kind);
  const { kind, mutation, what, law } = made;
  const args = made.args.map((arg) => (arg.startsWith('@') ? join(job.folder, arg.slice(1)) : arg));
  process.send!({ message: 'made', kind, mutation, what, law, args } satisfies Made);
  write(job.folder, made.files);
  const ended = await runCli(job.cli, args);
  const { outcome, fault } = await judge(made, job.folder, ended);
  const { exit, out, err } = ended;
  process.send!({ message: 'done', outcome, fault, exit, out, err } satisfies Done);
}

process.on('message', (job: Job) => {
  perform(job).catch((error: unknown) => {
    const detail = error instanceof Error ? String(error.stack) : String(error);
    const fault = { kind: 'the judge failed', detail };
    process.send!({ message: 'done', outcome: null, fault, exit: -1, out: '', err: '' } satisfies Done);
  });
});
