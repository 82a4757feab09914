import { makeBuilder, type DataType, type Vector } from 'apache-arrow';

/**
 * Values as an Arrow vector, null where there is none. Arrow's own `vectorFromArray` compiles its test for null out of
 * text, which the page's Content-Security-Policy forbids.
 */
export function vectorOf<T extends DataType>(values: Iterable<T['TValue'] | null>, type: T): Vector<T> {
  const builder = makeBuilder({ type });
  for (const value of values) {
    if (value === null) builder.setValid(builder.length, false);
    else builder.append(value);
  }
  return builder.finish().toVector() as Vector<T>;
}
