// Serves dist/ to this machine until stopped: tsx scripts/start.mjs [--port 4173] [--strict-port]
import { parseArgs } from 'node:util';
import { serve } from '../src/cli/serve.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4173' }, 'strict-port': { type: 'boolean', default: false } },
});
const port = Number(values.port);
try {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port}: need a whole number from 0 to 65535`);
  const { url } = await serve({ root: 'dist', port, strictPort: values['strict-port'] });
  console.log(`Tautline is at ${url} (this machine only; stop with Ctrl+C)`);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exit(1);
}
