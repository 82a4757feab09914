/**
 * Gives the oldest key of a set or map, each time it is called; whoever calls takes that key out. A new iterator each
 * time would step over all that was taken out before: 80 us of 200,000 keys in place of 0.3.
 */
export function oldestOf<K>(held: { keys(): Iterator<K> }): () => K {
  const keys = held.keys();
  return () => keys.next().value as K;
}
