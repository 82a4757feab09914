import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { format } from 'prettier';
import { mappingFileSchema } from '../src/cli/mappingFile.ts';
import { baselineSchema } from '../src/detection/baseline.ts';
import { commitSchema } from '../src/detection/files/commit.ts';
import { labelSchema, labelsSchema } from '../src/detection/files/labels.ts';
import { parameterFileSchema, parametersSchema } from '../src/detection/files/parameters.ts';
import { alertEventSchema, controlEventSchema } from '../src/detection/files/liveEvents.ts';
import { alertSchema, alertsFileSchema, calibrationSchema, noticeSchema } from '../src/detection/files/results.ts';
import { scenariosSchema } from '../src/detection/files/scenarios.ts';
import { truthEntrySchema, truthSchema } from '../src/detection/files/truth.ts';
import { bundleSchema, characteristicsSchema } from '../src/detection/lab/bundle.ts';

/**
 * Writes public/schema/*.schema.json (JSON Schema 2020-12) from the schemas that files are read by. What fields must be
 * together is for the readers alone.
 */

/** @typedef {import('valibot').GenericSchema} Schema */

/** @type {Record<string, { title: string, description: string, schema: Schema, parts?: Record<string, Schema> }>} */
const PUBLISHED = {
  bundle: {
    title: 'Tautline bundle',
    description:
      'Parameters, baseline and expected alerts of a detector, ready to be deployed. ' +
      'The same as protobuf: bundle.proto.',
    schema: bundleSchema,
    parts: {
      parameters: parametersSchema,
      baseline: baselineSchema,
      alert: alertSchema,
      operatingCharacteristics: characteristicsSchema,
    },
  },
  baseline: {
    title: 'Tautline baseline',
    description: 'Projection, reference and calibration of a reference period, for other ledgers and for streams.',
    schema: baselineSchema,
  },
  alerts: {
    title: 'Tautline alerts (alerts.json)',
    description:
      'Alerts in the order of their firing, and behind them notices in the order of their events: at most 100,000, ' +
      'signals.parquet has all. Positions are event indices, seq a stream’s own count from 1.',
    schema: alertsFileSchema,
    parts: { alert: alertSchema, notice: noticeSchema },
  },
  calibration: {
    title: 'Tautline calibration (calibration.json)',
    description: 'What the reference period fixed. null: could not be calibrated.',
    schema: calibrationSchema,
  },
  commit: {
    title: 'Tautline commit',
    description: 'A commit of a live ledger (_log/<20 digits>.json): what no commit names is no part of it.',
    schema: commitSchema,
  },
  'alert-event': {
    title: 'Tautline alert event',
    description: 'Data of the CloudEvents of a live ledger’s alerts: topic tautline.alerts.v1, and the webhook.',
    schema: alertEventSchema,
  },
  'control-event': {
    title: 'Tautline control event',
    description: 'Data of the CloudEvents of decisions about a live ledger: topic tautline.control.v1.',
    schema: controlEventSchema,
  },
  labels: {
    title: 'Tautline labels',
    description: 'Labelled stretches of a ledger: a list of them, or NAB windows by the name of a ledger or stream.',
    schema: labelsSchema,
    parts: { label: labelSchema },
  },
  parameters: {
    title: 'Tautline parameters',
    description: 'A parameter file. What it leaves out has its default.',
    schema: parameterFileSchema,
  },
  mapping: {
    title: 'Tautline mapping',
    description: 'Which columns of files a ledger is read from, and what their numbers count. The rest is guessed.',
    schema: mappingFileSchema,
  },
  scenarios: {
    title: 'Tautline scenarios',
    description: 'The parameters being tried, what they are compared with, and the scenarios kept.',
    schema: scenariosSchema,
    parts: { parameters: parameterFileSchema },
  },
  truth: {
    title: 'Tautline truth',
    description: 'What happens in which ledger, and when: what channels are compared by (tautline channels --truth).',
    schema: truthSchema,
    parts: { ledger: truthEntrySchema },
  },
};

/** File name -> JSON Schema. */
export const jsonSchemas = () =>
  Object.fromEntries(
    Object.entries(PUBLISHED).map(([name, { title, description, schema, parts }]) => {
      const converted = toJsonSchema(schema, {
        target: 'draft-2020-12',
        typeMode: 'input',
        errorMode: 'ignore',
        definitions: parts ?? {},
      });
      const { $schema, $defs, ...rest } = converted;
      return [`${name}.schema.json`, { $schema, $id: `${name}.schema.json`, title, description, ...rest, $defs }];
    }),
  );

/** @param {unknown} schema */
export const schemaText = (schema) => format(JSON.stringify(schema), { parser: 'json', printWidth: 120 });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL('../public/schema/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, schema] of Object.entries(jsonSchemas()))
    writeFileSync(new URL(name, folder), await schemaText(schema));
}
