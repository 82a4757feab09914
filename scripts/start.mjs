// Serves dist/ to this machine until stopped: tsx scripts/start.mjs [--port 4173] [--strict-port]
import { parseArgs } from 'node:util';
import { serve } from '../src/cli/serve.ts';

const USAGE = `npm start -- [--port N] [--strict-port]

  --port N        port to serve at, 4173 unless given; the next free one if it is taken (0: any)
  --strict-port   fail if the port is taken`;

try {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4173' },
      'strict-port': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else {
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port ${values.port}: need a whole number from 0 to 65535`);
    const { url } = await serve({ root: 'dist', port, strictPort: values['strict-port'] });
    console.log(`Tautline is at ${url} (this machine only; stop with Ctrl+C)`);
  }
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(1);
}
