import type { KernelModule } from '../../kernels/module.ts';
import type { Platform } from '../../ledger/platform.ts';
import type { Transport } from '../transport.ts';
import type { BundleInForce } from './judge.ts';

export interface SinkOptions {
  readonly folder: string;
  readonly transport: Transport;
  readonly group: string;
  readonly kernels: KernelModule;
  readonly platform: Platform;
  /** In force from the first event of a ledger that has none yet, by whom; else the first bundle is fitted. */
  readonly first?: { readonly bundle: BundleInForce; readonly who: string } | null;
  /** Rows that the first bundle is fitted on; default 2,000. */
  readonly collect?: number;
  /** A unit is closed after so many rows, or so many ms. */
  readonly unitRows?: number;
  readonly unitMs?: number;
  /** Commits between two states, or ms. */
  readonly stateEvery?: number;
  readonly stateMs?: number;
  /** How long a state stays when there are newer ones; default 10 minutes. */
  readonly keepStatesMs?: number;
  readonly say?: (sentence: string) => void;
  /** Called at named points; tests end the process there. */
  readonly at?: (point: SinkPoint) => void;
}

export type SinkPoint = 'read' | 'pending' | 'committing' | 'committed' | 'named' | 'state' | 'claimed';
