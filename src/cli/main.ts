import { explain, TautlineFailure } from '../core/errors.ts';
import { help, USAGE } from './usage.ts';

type Command = (args: string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, () => Promise<{ run: Command }>>> = {
  analyze: () => import('./analyze.ts'),
  bundle: () => import('./bundle.ts'),
  channels: () => import('./channels.ts'),
  calibrate: () => import('./calibrate.ts'),
  generate: () => import('./generate.ts'),
  replay: () => import('./replay.ts'),
  score: () => import('./score.ts'),
};

/** Runs one command; bad input is one line on standard error and status 2. */
async function main([command, ...args]: string[]): Promise<number> {
  if (command === undefined || command === 'help' || command === '--help' || command === '-h') {
    console.log(help());
    return command === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!load) {
    console.error(
      `tautline: there is no command "${command}"; there are ${Object.keys(COMMANDS).join(', ')}. See "tautline help".`,
    );
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(USAGE[command]);
    return 0;
  }
  try {
    return await (await load()).run(args);
  } catch (thrown) {
    if (thrown instanceof TautlineFailure) console.error(`tautline: ${explain(thrown.error)}`);
    else if (isArgumentError(thrown))
      console.error(`tautline: ${thrown.message.split('\n')[0].split('. ')[0]}. See "tautline ${command} --help".`);
    else throw thrown;
    return 2;
  }
}

/** What node:util's parseArgs throws for unknown options and missing values. */
const isArgumentError = (thrown: unknown): thrown is Error =>
  thrown instanceof TypeError && String((thrown as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');

process.exitCode = await main(process.argv.slice(2));
