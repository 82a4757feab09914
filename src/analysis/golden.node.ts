import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { parseParameters, type Parameters } from '../detection/parameters.ts';
import type { SeriesName } from '../detection/channels/table.ts';
import type { AlertJson } from '../detection/files/results.ts';
import type { Calibration } from '../detection/types.ts';
import { nodePlatform } from '../ledger/parquet.node.ts';
import type { LedgerSource } from '../ledger/types.ts';

/** Golden cases -> the ledger each is of. */
export const GOLDEN_CASES = {
  fracture: 'fracture',
  backoff_void_reset: 'backoff_void_reset',
  backoff_ablation: 'backoff_void_reset',
  real_turn_sync: 'real_turn_sync',
  real_turn_sync_reference_anchor: 'real_turn_sync',
} as const;
export type GoldenCase = keyof typeof GOLDEN_CASES;

/** Columns of numbers in a golden file, which a channel that came later has none of; null is NaN here. */
export const GOLDEN_COLUMNS = [
  'seq',
  'friction',
  'trace',
  'kl',
  'entropy',
  'p95',
  'window',
  'rho',
  'tension',
  'shift',
  'z',
  'cusum',
] as const satisfies readonly ('seq' | SeriesName)[];

/** Kinds of alert that the golden files list: those of Gwamanda 2026. */
const GOLDEN_KINDS: ReadonlySet<string> = new Set([
  'DRIFT',
  'HOMOGENIZATION_FLOOR_NEAR',
  'FRAME_WEIGHT_DEGRADATION',
  'VOID',
]);
export const isGoldenKind = ({ kind }: { readonly kind: string }): boolean => GOLDEN_KINDS.has(kind);

export interface Golden {
  readonly parameters: Parameters;
  readonly source: LedgerSource;
  readonly columns: Readonly<Record<(typeof GOLDEN_COLUMNS)[number], Float64Array>>;
  readonly route: readonly string[];
  readonly calibration: Omit<Calibration, 'phaseLocked'> & {
    readonly eigenvalues: readonly number[];
    readonly J: readonly number[];
  };
  /** Of the golden kinds only; streams by name. */
  readonly alerts: readonly AlertJson[];
}

/**
 * Agreement that the definitions ask for: 1e-4 relative, 1e-5 absolute near zero, missing exactly where the golden
 * value is.
 */
export function agrees(value: number, golden: number): boolean {
  return Number.isNaN(golden) ? Number.isNaN(value) : Math.abs(value - golden) <= 1e-5 + 1e-4 * Math.abs(golden);
}

const fixture = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`../detection/fixtures/${name}`, import.meta.url)));

export async function loadGolden(name: GoldenCase): Promise<Golden> {
  const parquet = await nodePlatform().parquet();
  const table = tableFromIPC(parquet.readParquet(fixture(`${name}.signals.parquet`)).intoIPCStream());
  const numbers = (column: string) =>
    Float64Array.from(table.getChild(column)!, (v) => (v === null ? Number.NaN : Number(v)));
  const {
    parameters: given,
    calibration,
    alerts,
  } = JSON.parse(new TextDecoder().decode(fixture(`${name}.json`))) as Pick<Golden, 'calibration' | 'alerts'> & {
    parameters: unknown;
  };
  const parameters = parseParameters(given);
  if (!parameters.ok) throw new Error(`${name}.json: ${JSON.stringify(parameters.error)}`);
  const file = `${GOLDEN_CASES[name]}.parquet`;
  return {
    parameters: parameters.value,
    source: { kind: 'files', files: [{ path: file, blob: new Blob([fixture(file)]) }] },
    columns: Object.fromEntries(GOLDEN_COLUMNS.map((column) => [column, numbers(column)])) as Golden['columns'],
    route: [...table.getChild('route')!] as string[],
    calibration,
    alerts,
  };
}
