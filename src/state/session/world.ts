import type { OtherLedger } from '../../ledger/types.ts';
import type { EngineClient } from '../../workers/client.ts';
import type { AnalysisReport, PreviewReport } from '../../workers/protocol.ts';
import type { AddressWriter } from '../address.ts';
import type { ConsentStorage } from '../consent.ts';
import type { ScenarioStorage } from '../scenarioStorage.ts';
import type { Tables } from '../tables.ts';
import type { SessionEvent, SessionState } from './model.ts';

/** Takes answers in before what they belong to becomes the state. None of it may fail. */
interface Answers {
  previewed(preview: PreviewReport): Promise<void>;
  analysed(report: AnalysisReport): Promise<void>;
}

/**
 * Sends questions to the engine about an analysis whose `stage` is the first that differs from the report on screen.
 */
export type Prefetch = (stage: 'signals' | 'decisions') => Answers;

export const NO_PREFETCH: Prefetch = () => ({
  previewed: () => Promise.resolve(),
  analysed: () => Promise.resolve(),
});

/** What effects act on. */
export interface World {
  readonly engine: EngineClient;
  readonly tables: Tables;
  readonly writer: AddressWriter;
  readonly storage: ScenarioStorage;
  readonly consent: ConsentStorage;
  /** Bytes from which on a ledger is large. */
  readonly largeFrom: number;
  /** A ledger that another session holds. */
  other(): OtherLedger | undefined;
  prefetch(): Prefetch;
  state(): SessionState;
  /** Resolves when what follows from the event is done. */
  dispatch(event: SessionEvent): Promise<void>;
}
