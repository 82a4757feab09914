import type { Span, SpanEvent } from './spans.ts';
import { nanos } from './time.ts';
import { flattened, has, isFields, isList, name, pick, type Fields } from './values.ts';

/** OTLP: requests of resource spans or resource logs, as collectors and SDKs write them, in JSON. */

const RESOURCES = ['resourceSpans', 'resource_spans', 'resourceLogs', 'resource_logs', 'batches'] as const;
/** Told as what they are, so that it can be said that they hold no events. */
const METRICS = ['resourceMetrics', 'resource_metrics'] as const;
const SCOPES = ['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans', 'scopeLogs', 'scope_logs'] as const;

export const isOtlp = (document: unknown): boolean =>
  [...RESOURCES, ...METRICS].some((key) => has(document, key) && isList(document[key])) ||
  (has(document, 'resource') && SCOPES.some((key) => has(document, key))) ||
  (has(document, 'trace') && isFields(document.trace) && isOtlp(document.trace));

/** An OTLP value (`{stringValue: "a"}`) as a plain one. */
export function valueOf(value: unknown): unknown {
  if (!isFields(value)) return value;
  for (const [kind, inner] of Object.entries(value)) {
    switch (kind) {
      case 'stringValue':
      case 'string_value':
      case 'boolValue':
      case 'bool_value':
      case 'bytesValue':
      case 'bytes_value':
        return inner;
      case 'intValue':
      case 'int_value':
        return typeof inner === 'string' ? integerOf(inner) : inner;
      case 'doubleValue':
      case 'double_value':
        return Number(inner);
      case 'arrayValue':
      case 'array_value':
        return listOf(pick(inner, 'values')).map(valueOf);
      case 'kvlistValue':
      case 'kvlist_value':
        return objectOf(pick(inner, 'values'));
    }
  }
  return undefined;
}

const objectOf = (entries: unknown): Record<string, unknown> =>
  Object.fromEntries(
    listOf(entries).map((entry) => [name(pick(entry, 'key')) ?? '', valueOf(has(entry, 'value') ? entry.value : null)]),
  );

const integerOf = (text: string): number | string => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const listOf = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

/** Attributes by name: a list of keys and values, or an object of either. */
export function attributesOf(value: unknown): Record<string, unknown> {
  if (!isList(value)) return flattened(value ?? {});
  const out: Record<string, unknown> = {};
  for (const entry of value) {
    const key = has(entry, 'key') ? name(entry.key) : undefined;
    if (key === undefined) continue;
    const inner = valueOf((entry as Fields).value);
    if (isFields(inner)) for (const [path, leaf] of Object.entries(flattened(inner))) out[`${key}.${path}`] = leaf;
    else out[key] = inner;
  }
  return out;
}

const BASE64_LENGTHS: Readonly<Record<number, number>> = { 24: 16, 12: 8 };

/** An id in hexadecimal: as OTLP/JSON has it, with a leading 0x, or in base64 as protobuf's own JSON. */
export function hexId(value: unknown): string | undefined {
  const text = name(value);
  if (text === undefined) return undefined;
  if (text.startsWith('0x')) return text.slice(2);
  if (BASE64_LENGTHS[text.length] === undefined || !text.endsWith('=')) return text;
  try {
    const bytes = atob(text);
    return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  } catch {
    return text;
  }
}

const isZero = (id: string | undefined): boolean => id === undefined || /^0*$/.test(id);

/** The id of the span that another is part of; undefined of a root. */
export function parentId(value: unknown): string | undefined {
  const id = hexId(value);
  return isZero(id) ? undefined : id;
}

export const failed = (code: unknown): boolean =>
  code === 2 || (typeof code === 'string' && /^(?:2|STATUS_CODE_ERROR|ERROR|StatusCode\.ERROR|Error)$/.test(code));

function eventOf(event: unknown): SpanEvent {
  return { name: name(pick(event, 'name')) ?? '', attributes: attributesOf(pick(event, 'attributes')) };
}

/** A span of a list of keys and values, or of an object of attributes. */
function spanOf(span: unknown, resource: Fields): Span | null {
  const trace = hexId(pick(span, 'traceId', 'trace_id'));
  const id = hexId(pick(span, 'spanId', 'span_id'));
  if (isZero(trace) || isZero(id)) return null;
  const status = pick(span, 'status');
  return {
    trace: trace!,
    id: id!,
    parent: parentId(pick(span, 'parentSpanId', 'parent_span_id')),
    name: name(pick(span, 'name')) ?? '',
    isClient: /^(?:3|SPAN_KIND_CLIENT|CLIENT)$/.test(name(pick(span, 'kind')) ?? ''),
    start: nanos(pick(span, 'startTimeUnixNano', 'start_time_unix_nano')),
    end: nanos(pick(span, 'endTimeUnixNano', 'end_time_unix_nano')),
    attributes: attributesOf(pick(span, 'attributes')),
    resource,
    events: listOf(pick(span, 'events')).map(eventOf),
    failed: failed(pick(status, 'code')),
    message: name(pick(status, 'message')),
  };
}

/** A log record that is an event of a span, as one: its body and attributes are the event's. */
function logOf(record: unknown, resource: Fields): Span | null {
  const trace = hexId(pick(record, 'traceId', 'trace_id'));
  const id = hexId(pick(record, 'spanId', 'span_id'));
  if (isZero(trace) || isZero(id)) return null;
  const attributes = attributesOf(pick(record, 'attributes'));
  const event = name(pick(record, 'eventName', 'event_name')) ?? name(attributes['event.name']) ?? '';
  const body = valueOf(pick(record, 'body'));
  const time = nanos(pick(record, 'timeUnixNano', 'time_unix_nano', 'observedTimeUnixNano', 'observed_time_unix_nano'));
  return {
    trace: trace!,
    id: id!,
    parent: undefined,
    name: event,
    isClient: true,
    start: null,
    end: time,
    attributes,
    resource,
    events: [{ name: event, attributes: { ...attributes, ...(isFields(body) ? { body } : {}) } }],
    failed: false,
    message: undefined,
    isLog: true,
  };
}

/** The spans of a request, and its log records that belong to spans. */
export const otlpSpans = (document: unknown): Span[] => otlpRequest(document).spans;

/** The same, and how many it has that are of no trace. */
export function otlpRequest(document: unknown): { readonly spans: Span[]; readonly strays: number } {
  if (has(document, 'trace') && isOtlp(document.trace)) return otlpRequest(document.trace);
  const groups = RESOURCES.flatMap((key) => (has(document, key) ? listOf(document[key]) : []));
  const out: (Span | null)[] = [];
  for (const group of groups.length > 0 ? groups : [document]) {
    const resource = attributesOf(pick(group, 'resource.attributes'));
    for (const scope of SCOPES.flatMap((key) => (has(group, key) ? listOf(group[key]) : []))) {
      for (const span of listOf(pick(scope, 'spans'))) out.push(spanOf(span, resource));
      for (const record of listOf(pick(scope, 'logRecords', 'log_records'))) out.push(logOf(record, resource));
    }
  }
  const spans = out.filter((span) => span !== null);
  return { spans, strays: out.length - spans.length };
}
