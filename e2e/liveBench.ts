import { createInterface } from 'node:readline';
import { nodePlatform } from '../src/ledger/parquet.node.ts';
import { compact } from '../src/live/sink/compact.ts';
import { LiveBench } from '../src/live/testing.ts';

/**
 * A process of its own (by tsx) with a live ledger that a test drives by lines: "feed N" until there are N events,
 * "compact", "end". Answers each with a line.
 */
const bench = await LiveBench.open();
const events = bench.sample('quick-tour', 3000);
// Six hundred to an hour.
events.forEach((event, i) => (event.sourceMicros += BigInt(6_000_000 * i)));
bench.start({ unitRows: 40 });
let fed = 0;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
say(bench.folder);
for await (const line of createInterface(process.stdin)) {
  const [what, to] = line.split(' ');
  if (what === 'feed') {
    await bench.feed(events.slice(fed, Number(to)));
    fed = Number(to);
    await bench.committed();
    say('fed');
  } else if (what === 'compact') {
    const done = await compact({ folder: bench.folder, platform: nodePlatform(), olderMs: 0, keepMs: 0 });
    say(String(done.deleted));
  } else break;
}
await bench.close();
