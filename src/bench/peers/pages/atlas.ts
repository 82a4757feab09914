import { EmbeddingViewMosaic } from 'embedding-atlas';
import { startDuckdb, until } from './duckdb.ts';
import { ready, target } from './peer.ts';

/** Vertices and instances of the largest call so far that drew. */
let drawn = 0;
const { prototype } = WebGL2RenderingContext;
const { drawArrays, drawArraysInstanced } = prototype;
prototype.drawArrays = function (mode, first, count) {
  drawn = Math.max(drawn, count);
  drawArrays.call(this, mode, first, count);
};
prototype.drawArraysInstanced = function (mode, first, count, instances) {
  drawn = Math.max(drawn, count * instances);
  drawArraysInstanced.call(this, mode, first, count, instances);
};

/** A scatter of the first two coordinates, coloured by provider. */
void ready(async () => {
  const database = await startDuckdb();
  return {
    async show(arrow) {
      await database.fill(arrow);
      const view = { table: 'ledger', x: 'x', y: 'y', category: 'provider', identifier: 'event_id' };
      new EmbeddingViewMosaic(target(), {
        ...view,
        width: 1400,
        height: 800,
        config: { mode: 'points', autoLabelEnabled: false },
      });
      // Nothing but the points has so many.
      await until(() => drawn > 10_000);
    },
  };
});
