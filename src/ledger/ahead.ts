/** Files whose first batch is asked for before the file ahead of them is done: at least so many, */
const AHEAD = 2;
/** and of small files more, since a browser needs several turns to hand a file over: up to so many */
const MAX_AHEAD = 16;
/** of so many bytes together. */
const AHEAD_BYTES = 24 << 20;

interface Started<T> {
  readonly iterator: AsyncIterator<T>;
  readonly first: Promise<IteratorResult<T>>;
}

function start<T>(batches: AsyncIterable<T>): Started<T> {
  const iterator = batches[Symbol.asyncIterator]();
  const first = iterator.next();
  // Whoever gets to the file is told; nobody may.
  first.catch(() => undefined);
  return { iterator, first };
}

async function* rest<T>({ iterator, first }: Started<T>): AsyncGenerator<T> {
  try {
    for (let next = await first; !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/**
 * Reads files in turn, the next ones begun while one is worked on, so that storage and processor do not wait for each
 * other. Each file comes with its batches, which must be used up before the next file is asked for.
 * @param bytesOf a file's size: the larger files are, the fewer of them are begun
 */
export async function* readAhead<F, T>(
  files: readonly F[],
  read: (file: F, index: number) => AsyncIterable<T>,
  bytesOf: (file: F) => number,
): AsyncGenerator<readonly [file: F, batches: AsyncIterable<T>]> {
  const started: Started<T>[] = [];
  let ahead = 0;
  try {
    for (let i = 0, next = 0; i < files.length; i++) {
      if (i > 0) ahead -= bytesOf(files[i]);
      for (; next < files.length; next++) {
        const depth = next - i;
        const bytes = depth > 0 ? bytesOf(files[next]) : 0;
        if (depth > AHEAD && (depth > MAX_AHEAD || ahead + bytes > AHEAD_BYTES)) break;
        started.push(start(read(files[next], next)));
        ahead += bytes;
      }
      yield [files[i], rest(started.shift()!)];
    }
  } finally {
    await Promise.all(
      started.map(({ iterator, first }) =>
        first.then(
          () => iterator.return?.(),
          () => undefined,
        ),
      ),
    );
  }
}

/**
 * `work` on every item, `limit` of them at a time; results in order. The failure of the first item that fails is the
 * one that is thrown.
 */
export async function mapAhead<F, R>(
  items: readonly F[],
  limit: number,
  work: (item: F) => Promise<R>,
  onDone: (done: number, result: F) => void,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const failures = new Map<number, unknown>();
  let next = 0;
  let done = 0;
  const one = async (): Promise<void> => {
    while (next < items.length && failures.size === 0) {
      const i = next++;
      try {
        results[i] = await work(items[i]);
        onDone(++done, items[i]);
      } catch (thrown) {
        failures.set(i, thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, one));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return results;
}
