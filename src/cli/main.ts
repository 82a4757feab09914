import { explained } from './mapping.ts';
import { discardUnfinished } from './output.ts';
import { print, printError } from './print.ts';
import { help, USAGE } from './usage.ts';

type Command = (args: string[]) => Promise<number>;

const COMMANDS: ReadonlyMap<string, () => Promise<{ run: Command }>> = new Map([
  ['analyze', () => import('./analyze.ts')],
  ['bundle', () => import('./bundle.ts')],
  ['channels', () => import('./channels.ts')],
  ['calibrate', () => import('./calibrate.ts')],
  ['convert', () => import('./convert.ts')],
  ['embed', () => import('./embed.ts')],
  ['generate', () => import('./generate.ts')],
  ['inspect', () => import('./inspect.ts')],
  ['live', () => import('./live.ts')],
  ['replay', () => import('./replay.ts')],
  ['score', () => import('./score.ts')],
]);

/** Runs one command; bad input is one line on standard error and status 2. */
async function main([command, ...args]: string[]): Promise<number> {
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    printText(help());
    return command === undefined ? 2 : 0;
  }
  const load = COMMANDS.get(command);
  if (!load) {
    printError(`there is no command "${command}"; there are ${[...COMMANDS.keys()].join(', ')}. See "tautline help".`);
    return 2;
  }
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  if (options.includes('--help') || options.includes('-h')) {
    printText(USAGE[command]);
    return 0;
  }
  return (await load()).run(args);
}

const printText = (text: string): void => text.split('\n').forEach(print);

/** Says why nothing more is done, in one line. */
function failed(thrown: unknown): void {
  printError(explained(thrown));
  process.exitCode = 2;
}

// 128 and the number of the signal, as a shell has it.
for (const [signal, status] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    discardUnfinished();
    process.exit(status);
  });

process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  // Whoever reads has seen enough.
  if (code === 'EPIPE' || process.exitCode === 2) return;
  printError(`what it prints cannot be written (${code === 'ENOSPC' ? 'the disk is full' : code})`);
  process.exitCode = 2;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  failed(thrown);
}
