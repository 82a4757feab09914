import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOPIC_NAMES, TOPICS, type Topic, type Transport } from '../transport.ts';
import { codeOf, syncFolder, writeNew } from './files.ts';
import { lockFolder } from './lock.ts';
import { LogPartition, type PartitionOptions } from './partition.ts';

export interface LocalLogOptions extends Partial<PartitionOptions> {
  /** False: only read; another process appends. */
  readonly append?: boolean;
}

export interface LocalLog extends Transport {
  /** Deletes segments that were read up to `offset` and were appended before a time. */
  drop(topic: Topic, offset: number, before: number): Promise<void>;
}

const SEGMENT_BYTES = 64 << 20;

/** The log in a folder: a folder for each topic, of one partition. Appends settle after fsync. */
export async function openLocalLog(folder: string, options: LocalLogOptions = {}): Promise<LocalLog> {
  const { append = true, segmentBytes = SEGMENT_BYTES } = options;
  const unlock = append ? await lockFolder(folder, 'the log') : null;
  const partitions = new Map<Topic, LogPartition>();
  const folderOf = (topic: Topic): string => join(folder, TOPIC_NAMES[topic]);
  for (const topic of TOPICS) {
    const partition = new LogPartition(join(folderOf(topic), '0'), { segmentBytes });
    partitions.set(topic, partition);
    if (!append) continue;
    await mkdir(folderOf(topic), { recursive: true });
    await identityOf(folderOf(topic), true);
    await partition.openWriter();
  }
  const of = (topic: Topic): LogPartition => partitions.get(topic)!;
  return {
    kind: 'log',
    place: folder,
    append: async (topic, record) => ({ partition: 0, offset: await of(topic).append(record) }),
    partitionOf: () => Promise.resolve(0),
    partitions: () => Promise.resolve(1),
    topicId: (topic) => identityOf(folderOf(topic), false),
    range: (topic) => of(topic).range(),
    read: (topic, _, from, reading) => of(topic).read(from, reading),
    noteOffset: () => Promise.resolve(),
    drop: (topic, offset, before) => of(topic).drop(offset, before),
    async close() {
      for (const partition of partitions.values()) await partition.close();
      await unlock?.();
    },
  };
}

/** The identity of a topic, made with its folder. */
async function identityOf(folder: string, make: boolean): Promise<string> {
  const path = join(folder, 'topic.json');
  try {
    return (JSON.parse(await readFile(path, 'utf8')) as { id: string }).id;
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT' || !make) throw thrown;
  }
  const id = randomUUID();
  await writeNew(path, new TextEncoder().encode(JSON.stringify({ id })));
  await syncFolder(folder);
  return id;
}
