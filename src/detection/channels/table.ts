/**
 * Names and codes, without imports: `scripts/layout.mjs` (`npm run wasm`) turns them into the constants that the wasm,
 * its wrappers and the C of the benchmark share, and into the lists of `generated/`; every type of a signal, a kind of
 * alert or a column comes from here.
 */

/** Kinds of alert that the state of an event follows from, decided together by the detectors' kernel. */
export const STATE_KINDS = ['DRIFT', 'HOMOGENIZATION_FLOOR_NEAR', 'FRAME_WEIGHT_DEGRADATION', 'VOID'] as const;

/** What becomes of an event; positions are the codes of `Decisions.route`. */
export const EVENT_STATES = [
  'WARMING',
  'VOID',
  'DRIFT',
  'HOMOGENIZATION',
  'FRAME_WEIGHT_DEGRADATION',
  'ACCOMMODATION',
  'WATCH',
  'IN_FRAME',
] as const;

/** Bits of `Decisions.notice`, lowest first. */
export const NOTICES = ['KL_CEILING', 'FRICTION_SPIKE', 'TENSION_LOW', 'TENSION_HIGH'] as const;

/** Those that are listed: the event is beyond a limit. Both sides of the tension zone are a state, WATCH. */
export const NOTICE_KINDS = ['KL_CEILING', 'FRICTION_SPIKE'] as const satisfies readonly (typeof NOTICES)[number][];
export type NoticeKind = (typeof NOTICE_KINDS)[number];
/** In words; files and SQL have the code. */
export const NOTICE_LABELS: Readonly<Record<NoticeKind, string>> = {
  KL_CEILING: 'KL above its ceiling',
  FRICTION_SPIKE: 'Friction above its band',
};

/** A level closes below this times its limit. Source: docs/methods.md 8. */
export const LEVEL_REARM = 0.5;

/** Limits that the detectors' kernel reads, one f64 each, in this order. */
export const DETECTOR_LIMITS = [
  'm',
  's',
  'h',
  'kappa',
  'cap',
  'tauMax',
  'tauMin',
  'entropyClear',
  'lo',
  'hi',
  'dwell',
  'voidOpen',
  'voidClear',
  'tensionLow',
  'tensionHigh',
] as const;

interface StageNames {
  /** Columns of the ledger and of earlier stages that it reads, besides coordinates, streams and pauses. */
  readonly reads: readonly string[];
  /** It reads coordinates. */
  readonly coordinates: boolean;
  /** What it writes: a float64 per event. */
  readonly columns: readonly string[];
  /** What it writes: k float32 per event. */
  readonly rows: readonly string[];
  /** Streams have nothing to do with each other, so that workers can share them. */
  readonly perStream: boolean;
}

/** The kernels of the signals stage, in the order in which they run. */
export const STAGE_TABLE = {
  latency: { reads: ['latency'], coordinates: false, columns: ['p95', 'window'], rows: [], perStream: false },
  tracker: {
    reads: ['instantiation', 'window'],
    coordinates: true,
    columns: ['friction', 'trace', 'kl', 'boxCox', 'entropy'],
    rows: ['residual'],
    perStream: true,
  },
  coupling: {
    reads: ['residual', 'time', 'window', 'previous'],
    coordinates: false,
    columns: ['rho'],
    rows: [],
    perStream: false,
  },
  transport: { reads: [], coordinates: true, columns: ['tension', 'shift'], rows: [], perStream: true },
} as const satisfies Readonly<Record<string, StageNames>>;

/** How a kind of alert is named and drawn: colours by mode, a letter and a hatch, so that it differs without colour. */
export interface KindFace {
  /** In words; files and SQL have the code. */
  readonly label: string;
  readonly dark: string;
  readonly light: string;
  readonly letter: string;
  readonly hatch: 'none' | 'rising' | 'falling' | 'cross' | 'dots' | 'horizontal' | 'vertical';
}

interface ChannelNames {
  /** Columns of the signals stage that it shows. */
  readonly signals: readonly string[];
  /** Columns of the decisions stage that it shows. */
  readonly decided: readonly string[];
  /** Kinds of alert that are decided on it, with their faces: pages need these before anything else of a channel. */
  readonly kinds: Readonly<Record<string, KindFace>>;
  /**
   * The signal that opens its only kind above the limit of the event's stream, from the end of the reference on, and
   * closes it below half of it, without changing the event's state; null if the kind is one of `STATE_KINDS`.
   */
  readonly level: string | null;
}

/** Everything that is measured, in the order of columns in files: a new channel goes to the end. */
export const CHANNEL_TABLE = {
  friction: {
    signals: ['friction', 'trace'],
    decided: [],
    kinds: {
      FRAME_WEIGHT_DEGRADATION: {
        label: 'Frame erosion',
        dark: '#e4b40c',
        light: '#3c783c',
        letter: 'F',
        hatch: 'rising',
      },
    },
    level: null,
  },
  divergence: { signals: ['kl'], decided: [], kinds: {}, level: null },
  entropy: {
    signals: ['entropy'],
    decided: [],
    kinds: {
      HOMOGENIZATION_FLOOR_NEAR: {
        label: 'Homogenisation',
        dark: '#90a8f0',
        light: '#a860d8',
        letter: 'H',
        hatch: 'horizontal',
      },
    },
    level: null,
  },
  latency: { signals: ['p95', 'window'], decided: [], kinds: {}, level: null },
  coupling: {
    signals: ['rho'],
    decided: [],
    kinds: { VOID: { label: 'Void', dark: '#0c78f0', light: '#003ca8', letter: 'V', hatch: 'dots' } },
    level: null,
  },
  tension: { signals: ['tension'], decided: [], kinds: {}, level: null },
  shift: { signals: ['shift'], decided: [], kinds: {}, level: null },
  drift: {
    signals: [],
    decided: ['z', 'cusum'],
    kinds: { DRIFT: { label: 'Drift', dark: '#f06c78', light: '#600c0c', letter: 'D', hatch: 'none' } },
    level: null,
  },
  style: {
    signals: ['style'],
    decided: [],
    kinds: { STYLE_SHIFT: { label: 'Style change', dark: '#b4f0b4', light: '#009c54', letter: 'S', hatch: 'falling' } },
    level: 'style',
  },
  meaning: {
    signals: ['meaning'],
    decided: [],
    kinds: {
      MEANING_SHIFT: { label: 'Meaning change', dark: '#a83cb4', light: '#9c0c6c', letter: 'M', hatch: 'cross' },
    },
    level: 'meaning',
  },
  behaviour: {
    signals: ['behaviour'],
    decided: [],
    kinds: {
      BEHAVIOUR_SHIFT: {
        label: 'Behaviour change',
        dark: '#f0fc3c',
        light: '#000084',
        letter: 'B',
        hatch: 'vertical',
      },
    },
    level: 'behaviour',
  },
  governance: { signals: [], decided: ['J'], kinds: {}, level: null },
} as const satisfies Readonly<Record<string, ChannelNames>>;

export type StageId = keyof typeof STAGE_TABLE;
export type ChannelId = keyof typeof CHANNEL_TABLE;
type ChannelEntry = (typeof CHANNEL_TABLE)[ChannelId];
export type SignalName = ChannelEntry['signals'][number];
export type DecidedName = ChannelEntry['decided'][number];
/** A column that is drawn over the events. */
export type SeriesName = SignalName | DecidedName;
export type AlertKind = { [C in ChannelId]: keyof (typeof CHANNEL_TABLE)[C]['kinds'] }[ChannelId];
export type EventState = (typeof EVENT_STATES)[number];
/** A channel that raises its kind above a limit of each stream. */
export type LevelChannel = { [C in ChannelId]: (typeof CHANNEL_TABLE)[C]['level'] extends null ? never : C }[ChannelId];

/**
 * Channels of lasting change (docs/methods.md 14): their signals are no stage's, since what they are made of is not
 * held (src/detection/change).
 */
export const CHANGE_CHANNELS = ['style', 'meaning', 'behaviour'] as const satisfies readonly ChannelId[];
export type ChangeChannel = (typeof CHANGE_CHANNELS)[number];
/** The kind that each raises. */
export const CHANGE_KINDS = ['STYLE_SHIFT', 'MEANING_SHIFT', 'BEHAVIOUR_SHIFT'] as const satisfies readonly AlertKind[];
export type ChangeKind = (typeof CHANGE_KINDS)[number];
/** The channel that raises a kind; null where it is not of lasting change. */
export function changeChannelOf(kind: AlertKind): ChangeChannel | null {
  const at = (CHANGE_KINDS as readonly AlertKind[]).indexOf(kind);
  return at < 0 ? null : CHANGE_CHANNELS[at];
}

export const STAGE_IDS = Object.keys(STAGE_TABLE) as readonly StageId[];
export const CHANNEL_IDS = Object.keys(CHANNEL_TABLE) as readonly ChannelId[];
export const SIGNAL_NAMES: readonly SignalName[] = CHANNEL_IDS.flatMap((id) => CHANNEL_TABLE[id].signals);
/** All columns, in the order of columns in files. */
export const SERIES_NAMES: readonly SeriesName[] = CHANNEL_IDS.flatMap((id): readonly SeriesName[] => [
  ...CHANNEL_TABLE[id].signals,
  ...CHANNEL_TABLE[id].decided,
]);
const DECIDED_NAMES: readonly string[] = CHANNEL_IDS.flatMap((id) => CHANNEL_TABLE[id].decided);
export const isDecided = (name: SeriesName): name is DecidedName => DECIDED_NAMES.includes(name);
/** Channels with a level, in the order of the codes of their kinds. */
export const LEVEL_CHANNELS = CHANNEL_IDS.filter((id): id is LevelChannel => CHANNEL_TABLE[id].level !== null);
/** Every kind of alert; the first are those of `STATE_KINDS`, whose codes the detectors' kernel writes. */
export const ALERT_KINDS: readonly AlertKind[] = [
  ...STATE_KINDS,
  ...LEVEL_CHANNELS.flatMap((id) => Object.keys(CHANNEL_TABLE[id].kinds) as AlertKind[]),
];
/** Name, colours, letter and hatch of every kind. */
export const KIND_FACES = Object.assign({}, ...CHANNEL_IDS.map((id) => CHANNEL_TABLE[id].kinds)) as Readonly<
  Record<AlertKind, KindFace>
>;
