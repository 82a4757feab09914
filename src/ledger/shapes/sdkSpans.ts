import { attributesOf, failed, hexId, parentId } from './otlp.ts';
import type { Span, SpanEvent } from './spans.ts';
import { nanos, type Nanos } from './time.ts';
import { at, isFields, isList, name, nameAt, number, pick, unpacked, type Fields } from './values.ts';

/**
 * Spans one by one, as SDKs print them and as Phoenix exports them: `span.to_json()` of Python, ConsoleSpanExporter of
 * JavaScript, an exported ReadableSpan, and rows of a table of spans with columns such as `context.trace_id`,
 * `attributes.llm.model_name`.
 */

const TRACE = [
  'context.trace_id',
  'context.traceId',
  'traceId',
  'trace_id',
  '_spanContext.traceId',
  'spanContext.traceId',
];
const SPAN = ['context.span_id', 'context.spanId', 'spanId', 'span_id', '_spanContext.spanId', 'spanContext.spanId'];
const TIMES = ['start_time', 'startTime', 'startTimeUnixNano', 'start_time_unix_nano', 'timestamp', 'Timestamp'];

const idOf = (span: unknown): string | undefined =>
  hexId(pick(span, ...SPAN) ?? (pick(span, 'instrumentationScope', 'traceState') ? pick(span, 'id') : undefined));

export function isSpan(document: unknown): boolean {
  if (!isFields(document) || pick(document, ...TRACE) === undefined) return false;
  if (idOf(document) === undefined || TIMES.every((path) => at(document, path) === undefined)) return false;
  return (
    isFields(document.attributes) ||
    isList(document.attributes) ||
    isFields(unpacked(document.attributes)) ||
    Object.keys(document).some((key) => key.startsWith('attributes.'))
  );
}

/** The members of a row whose names begin alike, without that. */
function under(document: Fields, prefix: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(document)) {
    if (!key.startsWith(prefix) || value === null || value === undefined) continue;
    const path = key.slice(prefix.length);
    const held = unpacked(value);
    const nested =
      isFields(held) || (isList(held) && held.some(isFields)) ? attributesOf({ [path]: held }) : { [path]: value };
    Object.assign(out, nested);
  }
  return out;
}

const attributesAt = (document: Fields, key: string): Record<string, unknown> => ({
  ...attributesOf(unpacked(document[key]) ?? {}),
  ...under(document, `${key}.`),
});

function eventOf(event: unknown): SpanEvent {
  return { name: name(pick(event, 'name')) ?? '', attributes: attributesOf(pick(event, 'attributes')) };
}

/** JavaScript prints microseconds, a ReadableSpan has [seconds, nanoseconds]. */
function endOf(span: Fields, start: Nanos | null): Nanos | null {
  const stated = nanos(pick(span, 'end_time', 'endTime', 'endTimeUnixNano', 'end_time_unix_nano'));
  if (stated !== null) return stated;
  const { duration } = span;
  if (start === null || duration === undefined || duration === null) return null;
  if (isList(duration)) return start + BigInt(Number(duration[0])) * 1_000_000_000n + BigInt(Number(duration[1]));
  const micros = number(duration);
  return micros === undefined ? null : start + BigInt(Math.round(micros * 1000));
}

export function sdkSpan(document: unknown): Span | null {
  if (!isFields(document)) return null;
  const trace = hexId(pick(document, ...TRACE));
  const id = idOf(document);
  if (trace === undefined || id === undefined) return null;
  const start = nanos(pick(document, ...TIMES));
  const attributes = attributesAt(document, 'attributes');
  const kind = nameAt(document, 'span_kind', 'spanKind');
  if (kind !== undefined && !/^span_?kind/i.test(kind) && attributes['openinference.span.kind'] === undefined)
    attributes['openinference.span.kind'] = kind;
  const events = unpacked(document.events);
  return {
    trace,
    id,
    parent: parentId(
      pick(document, 'parent_id', 'parentId', 'parentSpanContext.spanId', 'parentSpanId', 'parent_span_id'),
    ),
    name: nameAt(document, 'name') ?? '',
    isClient: /^(?:2|SpanKind\.CLIENT|CLIENT)$/.test(nameAt(document, 'kind') ?? ''),
    start,
    end: endOf(document, start),
    attributes,
    resource: attributesOf(
      pick(document, 'resource.attributes') ??
        pick(document, 'resource._attributes') ??
        pick(document, 'resource') ??
        {},
    ),
    events: isList(events) ? events.map(eventOf) : [],
    failed: failed(pick(document, 'status.status_code', 'status.code', 'status_code', 'statusCode')),
    message: nameAt(document, 'status.description', 'status.message', 'status_message', 'statusMessage'),
  };
}
