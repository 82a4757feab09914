import type { IndexRange } from '../../core/columns.ts';
import { EVENT_KINDS, type EventKind } from '../../core/ledgerSchema.ts';
import { err, ok } from '../../core/result.ts';
import { COLUMNS_WITH_UNIT, STATED_UNITS, type StatedUnit, type StatedUnits } from '../../core/statedMapping.ts';
import { ALERT_KINDS, type AlertKind } from '../../detection/types.ts';
import { LEDGER_COLUMNS, type ColumnMapping, type LedgerColumnName } from '../../ledger/types.ts';
import type { Axis } from '../../workers/protocol.ts';
import { readRange, writeRange } from '../evidenceChoices.ts';
import { evidenceField } from './evidence.ts';
import { findField } from './find.ts';
import { choice, eventIndex, group, isOneOf, single, text, texts, type ViewField } from './field.ts';
import { budgetField, calibrationSeedField, delayField, inControlField, sweepField } from './lab.ts';
import { baselineField, parametersField } from './parameters.ts';
import { heightsField } from './heights.ts';
import { fitRange } from './range.ts';
import { sourceField } from './source.ts';

/** What the page shows: one ledger, what thresholds cost, or the calibration harness. */
export const SCREENS = ['monitor', 'compare', 'laboratory', 'calibration'] as const;
export type Screen = (typeof SCREENS)[number];

const AXES: readonly Axis[] = ['event', 'time'];
const LABELS = ['ticks', 'hatched'] as const;
const THEMES = ['dark', 'light', 'system'] as const;

export const ALERT_COLUMNS = [
  'severity',
  'fired',
  'onset',
  'kind',
  'stream',
  'lag',
  'peak',
  'duration',
  'resolved',
  'over',
  'mark',
] as const;
export type AlertColumn = (typeof ALERT_COLUMNS)[number];
interface AlertSort {
  readonly by: AlertColumn;
  readonly descending: boolean;
}

const mappingField: ViewField<ColumnMapping | null> = {
  names: ['map', 'map.'],
  initial: null,
  belongsTo: 'ledger',
  encode: (mapping) =>
    mapping === null
      ? []
      : Object.keys(mapping).length === 0
        ? [['map', 'none']]
        : Object.entries(mapping).map(([column, from]) => [`map.${column}`, from]),
  decode(fields, drop) {
    const mapping: Partial<Record<LedgerColumnName, string>> = {};
    let given = false;
    for (const [name, value] of fields) {
      const column = name.slice('map.'.length);
      if (name === 'map' && value === 'none') given = true;
      else if (isOneOf(LEDGER_COLUMNS, column)) mapping[column] = value;
      else drop(name, name === 'map' ? 'it is "none", or map.COLUMN' : `"${column}" is not a ledger column`);
    }
    return given || Object.keys(mapping).length > 0 ? mapping : null;
  },
};

const unitsField: ViewField<StatedUnits> = {
  names: ['unit.'],
  initial: {},
  belongsTo: 'ledger',
  encode: (units) => COLUMNS_WITH_UNIT.flatMap((column) => (units[column] ? [[`unit.${column}`, units[column]]] : [])),
  decode(fields, drop) {
    const units: Partial<Record<(typeof COLUMNS_WITH_UNIT)[number], StatedUnit>> = {};
    for (const [name, unit] of fields) {
      const column = name.slice('unit.'.length);
      if (!isOneOf(COLUMNS_WITH_UNIT, column)) drop(name, `"${column}" is not a column with a unit`);
      else if (!isOneOf(STATED_UNITS, unit)) drop(name, `"${unit}" is none of ${STATED_UNITS.join(', ')}`);
      else units[column] = unit;
    }
    return units;
  },
};

/**
 * Everything that defines the view and lives in the address: one row each, in the order in which they are written.
 * `ViewState` is made of it. How to add a row: docs/adding-a-view-field.md.
 */
export const VIEW_FIELDS = {
  screen: choice('screen', SCREENS, 'is not a screen', { initial: 'monitor', belongsTo: 'page' }),
  source: sourceField,
  /** Ledger column → column of the file; null: as guessed. */
  mapping: mappingField,
  axis: choice('axis', AXES, 'is neither event nor time', { initial: 'event', belongsTo: 'page' }),
  /** Visible event range; null is the whole ledger. */
  range: single<IndexRange | null>('range', {
    initial: null,
    belongsTo: 'ledger',
    write: (range) => (range ? writeRange(range) : ''),
    read(given) {
      const range = readRange(given);
      return range ? ok(range) : err(`"${given}" is not a range of events such as 100-200`);
    },
    clamp: (range, events) => range && fitRange(range, events),
  }),
  /** Names of streams not drawn. */
  hiddenStreams: texts('hidden', 'ledger'),
  selected: eventIndex('at'),
  evidence: evidenceField,
  theme: choice('theme', THEMES, 'is not dark, light or system', { initial: 'system', belongsTo: 'page' }),
  /** Ids of panels folded away. */
  foldedPanels: texts('folded', 'page'),
  alertFilter: group({
    /** Null: all kinds. */
    kinds: single<readonly AlertKind[] | null>('alerts', {
      initial: null,
      belongsTo: 'page',
      write: (kinds) => kinds?.join(',') || 'none',
      read(given) {
        const kinds = given === 'none' ? [] : given.split(',');
        return kinds.every((kind) => isOneOf(ALERT_KINDS, kind))
          ? ok(kinds)
          : err(`"${given}" names a kind of alert that does not exist`);
      },
    }),
    stream: text('alert_stream', 'ledger'),
    /** Words that alerts have to hold. */
    search: text('alert_search', 'ledger'),
  }),
  alertSort: single<AlertSort>('sort', {
    initial: { by: 'severity', descending: false },
    belongsTo: 'page',
    write: ({ by, descending }) => `${by}${descending ? ',down' : ''}`,
    read(given) {
      const [by, direction, ...rest] = given.split(',');
      const known = rest.length === 0 && (direction === undefined || direction === 'down');
      return known && isOneOf(ALERT_COLUMNS, by)
        ? ok({ by, descending: direction === 'down' })
        : err(`"${given}" is not a column of the alert table`);
    },
  }),
  /** The candidate: the parameters in force. */
  parameters: parametersField,
  /**
   * Name of the file that the reference comes from; null: from the ledger's own reference period. A link carries the
   * name, not the file.
   */
  reference: text('reference', 'page'),
  baseline: baselineField,
  /** What numbers count, where it is stated. */
  units: unitsField,
  /** Which acts of a trace are events; null: all kinds. */
  events: single<readonly EventKind[] | null>('events', {
    initial: null,
    belongsTo: 'ledger',
    write: (kinds) => kinds!.join(','),
    read(given) {
      const kinds = given.split(',');
      return kinds.every((kind) => isOneOf(EVENT_KINDS, kind))
        ? ok(EVENT_KINDS.filter((kind) => kinds.includes(kind)))
        : err(`"${given}" is not some of ${EVENT_KINDS.join(', ')}`);
    },
  }),
  /** Ids of panels whose scale was chosen to be logarithmic, or linear. */
  logScales: texts('log', 'page'),
  linearScales: texts('linear', 'page'),
  sweep: sweepField,
  budget: budgetField,
  inControl: inControlField,
  delay: delayField,
  calibrationSeed: calibrationSeedField,
  /** Labelled stretches: as ticks in the lanes of alerts, or hatched in every panel too. */
  labels: choice('labels', LABELS, 'is neither ticks nor hatched', { initial: 'ticks', belongsTo: 'page' }),
  /** What is compared: `a=0-200=stream` and b (state/drilldown/compare.ts). */
  compare: texts('compare', 'ledger'),
  /** The search over messages; null: closed. */
  find: findField,
  /** Ids of panels that stay on top, of all panels in an order of the user's, and of those not folded by themselves. */
  pinnedPanels: texts('pinned', 'page'),
  panelOrder: texts('order', 'page'),
  unfoldedPanels: texts('unfolded', 'page'),
  /** Heights of panels by id where they are not the usual ones, CSS px. */
  panelHeights: heightsField,
} as const;

/** The fields that undo and redo go through, as they are steps of work; the others are ways of looking. */
export const UNDONE_FIELDS = [
  'parameters',
  'baseline',
  'hiddenStreams',
  'alertFilter',
  'alertSort',
  'find',
  'labels',
  'foldedPanels',
  'unfoldedPanels',
  'pinnedPanels',
  'panelOrder',
  'panelHeights',
  'logScales',
  'linearScales',
] as const satisfies readonly (keyof typeof VIEW_FIELDS)[];
