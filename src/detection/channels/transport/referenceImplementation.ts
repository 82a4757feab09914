import { slicedEmd } from '../../../kernels/reference/transport.ts';
import { coordinatesOf, type StageReferenceImplementation } from '../referenceImplementation.ts';

export const transportReference: StageReferenceImplementation = {
  eventsPerSecond: 0,
  run(of, _, out) {
    const {
      events: { stream, isVoid, streams },
      n,
      k,
      reference: { range, windows },
      parameters: p,
    } = of;
    const size = p.emd_window;
    const { rows, counts } = windows(size);
    const newest = streams.map((): Float32Array[] => []);
    // The newest of all other streams, kept for every stream.
    const others = streams.map((): Float32Array[] => []);
    const reference = streams.map((_name, s) =>
      Array.from({ length: counts[s] }, (__, j) => rows.subarray((s * size + j) * k, (s * size + j + 1) * k)),
    );
    const keep = (window: Float32Array[], point: Float32Array) => {
      window.push(point);
      if (window.length > size) window.shift();
    };
    for (let i = 0; i < n; i++) {
      if (isVoid[i]) continue;
      const s = stream[i];
      const point = coordinatesOf(of, i);
      keep(newest[s], point);
      out.tension[i] = slicedEmd(newest[s], others[s], k, p.emd_min);
      if (i >= range.to) out.shift[i] = slicedEmd(newest[s], reference[s], k, p.emd_min);
      for (let q = 0; q < streams.length; q++) if (q !== s) keep(others[q], point);
    }
  },
};
