import { PARAMETER_NAMES, PARAMETER_SPECS, type ParameterSpec } from '../parameters.ts';
import { ALERT_KINDS } from '../types.ts';
import { ARL_METHODS, BUNDLE_FORMAT, BUNDLE_VERSION, CHANGE_KINDS, EMBEDDERS, IN_CONTROL_SOURCES } from './bundle.ts';
import { ROLLOUTS } from './rollout.ts';

type Schema = Readonly<Record<string, unknown>>;

const integer = (minimum: number): Schema => ({ type: 'integer', minimum });
const number: Schema = { type: 'number' };
const maybe: Schema = { type: ['number', 'null'], description: 'null: not known, or not bounded' };
const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const choice = (choices: readonly string[]): Schema => ({ enum: choices });
const list = (items: Schema): Schema => ({ type: 'array', items });
const two = (items: Schema): Schema => ({ type: 'array', items, minItems: 2, maxItems: 2 });
const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
/** An object with all of these; what else it holds is left alone, so that later programs can add to it. */
const object = (properties: Readonly<Record<string, Schema>>, extra: Schema = {}): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...extra,
});
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

function parameter(spec: ParameterSpec): Schema {
  const unit = 'unit' in spec && spec.unit ? ` (${spec.unit})` : '';
  const described = { description: `${spec.label}${unit}. ${spec.help}`, default: spec.default };
  switch (spec.type) {
    case 'number':
      return { type: spec.integer ? 'integer' : 'number', minimum: spec.min, maximum: spec.max, ...described };
    case 'choice':
      return { enum: spec.choices, ...described };
    case 'boolean':
      return { type: 'boolean', ...described };
    case 'pair':
      return { ...(spec.nullable ? nullable(two(bounded(spec))) : two(bounded(spec))), ...described };
  }
}

const bounded = ({ integer: whole, min, max }: { integer: boolean; min: number; max: number }): Schema => ({
  type: whole ? 'integer' : 'number',
  minimum: min,
  maximum: max,
});

/**
 * JSON Schema of a bundle file: what is published as schema/bundle.schema.json. Relations between fields are for the
 * reader alone.
 */
export function bundleSchema(): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'bundle.schema.json',
    title: 'Tautline bundle',
    description:
      'Parameters, baseline and expected alerts of a detector, ready to be deployed. The same as protobuf: bundle.proto.',
    ...object({
      format: { const: BUNDLE_FORMAT },
      version: { const: BUNDLE_VERSION },
      createdBy: { ...text, description: 'Program and version' },
      parameters: ref('parameters'),
      ledger: object({
        name: text,
        fingerprint: {
          type: 'string',
          pattern: '^[0-9a-f]{64}$',
          description: 'SHA-256 of event_id, ts and the stream columns in canonical order',
        },
        events: integer(0),
        reference: {
          ...two(integer(0)),
          description: 'Event indices [first, end) of the reference; alerts are raised after it',
        },
        embedder: choice(EMBEDDERS),
        embedderReference: {
          ...integer(1),
          description: 'reference_events that the built-in embedder weighed words by',
        },
      }),
      baseline: ref('baseline'),
      alerts: { ...list(ref('alert')), description: 'Alerts on the ledger, in the order of their firing' },
      rollout: object({
        advice: choice(ROLLOUTS),
        share: { type: 'number', minimum: 0, maximum: 1, description: 'Changed alerts of all that either has' },
        kept: integer(0),
        added: integer(0),
        removed: integer(0),
        moved: integer(0),
        comparedWith: ref('parameters'),
      }),
      operatingCharacteristics: nullable(ref('operatingCharacteristics')),
    }),
    $defs: {
      parameters: object(Object.fromEntries(PARAMETER_NAMES.map((name) => [name, parameter(PARAMETER_SPECS[name])])), {
        additionalProperties: false,
      }),
      baseline: object({
        format: { const: 'tautline-baseline' },
        version: integer(1),
        projection: object({
          dimension: integer(1),
          k: integer(1),
          mean: list(number),
          axes: { ...list(number), description: 'Row-major k x dimension: x = axes (e - mean)' },
          eigenvalues: list(number),
        }),
        reference: object({
          k: integer(1),
          hasLatency: flag,
          windowReference: { ...number, description: 'W_ref, ms' },
          windowSize: integer(1),
          pooledMean: list(maybe),
          streams: list(
            object({
              name: text,
              events: { ...integer(-1), description: '-1: not known' },
              referenceEvents: integer(0),
              referenceEmbedded: integer(0),
              mean: list(maybe),
              window: {
                ...list(number),
                description: 'Newest reference coordinates, oldest first, row-major, at most windowSize x k',
              },
            }),
          ),
        }),
        calibration: object({
          ref: integer(0),
          k: integer(1),
          m: maybe,
          s: maybe,
          fm: maybe,
          fs: maybe,
          lo: maybe,
          hi: maybe,
          tension: maybe,
          rho: maybe,
          wref: maybe,
          shiftLimit: maybe,
          shiftLimits: list(maybe),
          phaseLocked: flag,
        }),
        falseAlarms: nullable(object({ pooled: ref('episodeCounts'), streams: list(nullable(ref('episodeCounts'))) })),
      }),
      episodeCounts: object({ levels: list(number), counts: list(number), events: integer(1) }),
      alert: object({
        kind: choice(ALERT_KINDS),
        stream: text,
        onset: integer(0),
        onset_seq: integer(1),
        fired: integer(0),
        fired_seq: integer(1),
        cleared: { type: ['integer', 'null'], minimum: 0, description: 'null: still open at the end' },
        peak: number,
      }),
      operatingCharacteristics: object({
        source: choice(IN_CONTROL_SOURCES),
        inControlEvents: integer(0),
        arl0: maybe,
        arl0Method: choice(ARL_METHODS),
        arl0Interval: two(maybe),
        eventsPerDay: maybe,
        falseAlertsPerDay: maybe,
        falseAlertsPerDayInterval: two(maybe),
        naiveSiegmund: maybe,
        naiveCapped: maybe,
        delays: list(
          object({
            kind: choice(ALERT_KINDS),
            change: choice(CHANGE_KINDS),
            size: number,
            replicates: integer(0),
            detected: integer(0),
            medianDelay: maybe,
            delayInterval: two(maybe),
          }),
        ),
      }),
    },
  };
}
