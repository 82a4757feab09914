import { from, height, lineY, plot, width } from '@uwdata/vgplot';
import { startDuckdb, until } from './duckdb.ts';
import { ready, target } from './peer.ts';

/** One line per provider: its friction over time. */
void ready(async () => {
  const database = await startDuckdb();
  return {
    async show(arrow) {
      await database.fill(arrow);
      const lines = lineY(from('ledger'), { x: 'ts', y: 'friction', stroke: 'provider_id' });
      const element = plot(lines, width(1400), height(800));
      target().append(element);
      await until(() => element.querySelectorAll('svg [aria-label=line] path').length > 0);
    },
  };
});
