import type { Bundle } from './bundle.ts';

type Deployed = Pick<Bundle, 'baseline' | 'embedder' | 'parameters'>;

/** Streams that are named in a sentence. */
const NAMED = 5;

/** Why a bundle cannot take the place of the one in force over the same events, part by part; empty: it can. */
export function deployProblems(bundle: Deployed, inForce: Deployed): readonly string[] {
  const [own, other] = [bundle.embedder, inForce.embedder];
  const [dimension, needed] = [bundle, inForce].map(({ baseline }) => baseline.projection.dimension);
  const [key, column] = [bundle, inForce].map(({ parameters }) => parameters.stream);
  const known = new Set(bundle.baseline.reference.streams);
  const unknown = inForce.baseline.reference.streams.filter((name) => !known.has(name));
  const more = unknown.length > NAMED ? ` and ${unknown.length - NAMED} more` : '';
  return [
    own.name !== other.name &&
      `embedder: the bundle was made on "${own.name}", the events have those of "${other.name}"`,
    own.name === other.name &&
      own.probe !== null &&
      other.probe !== null &&
      own.probe !== other.probe &&
      `embedder: "${own.name}" of another version or with other weights (${own.probe.slice(0, 12)}, ` +
        `not ${other.probe.slice(0, 12)})`,
    dimension !== needed && `dimension: its projection takes ${dimension} numbers, the embeddings have ${needed}`,
    key !== column && `streams: it splits events by ${key}, the bundle in force by ${column}`,
    key === column && unknown.length > 0 && `streams: it does not know ${unknown.slice(0, NAMED).join(', ')}${more}`,
  ].filter((problem) => problem !== false);
}
