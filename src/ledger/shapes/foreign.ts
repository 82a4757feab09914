import { recordReading } from './records.ts';
import type { Shape } from './shape.ts';
import { has, isFields, isList } from './values.ts';

/** Traces that are known, so that they can be called what they are, but not read. */

const JAEGER = 'Traces in the JSON of Jaeger are not read';
const ZIPKIN = 'Spans in the JSON of Zipkin are not read';

const isJaeger = (document: unknown): boolean =>
  has(document, 'traceID') && has(document, 'spans') && isList(document.spans) && has(document, 'processes');

const isZipkin = (document: unknown): boolean =>
  isFields(document) &&
  ['traceId', 'id', 'timestamp', 'duration'].every((key) => key in document) &&
  ('localEndpoint' in document || (isFields(document.tags) && 'kind' in document));

const notRead = (id: string, label: string, sentence: string, is: Shape['is']): Shape => ({
  id,
  label,
  is,
  hasKinds: false,
  begin: () =>
    recordReading(
      () => () => ({ rows: [] }),
      () => `${sentence}.`,
      'Export them as OTLP, such as with the file exporter of a Collector',
    ),
});

export const jaeger = notRead('jaeger', 'Jaeger', JAEGER, isJaeger);
export const zipkin = notRead('zipkin', 'Zipkin', ZIPKIN, isZipkin);
