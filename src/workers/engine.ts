import { analysisCommands } from './engine/analysisCommands.ts';
import { EngineContext, type EnginePlatform } from './engine/context.ts';
import { drilldownQuestions } from './engine/drilldownQuestions.ts';
import { eventQuestions } from './engine/eventQuestions.ts';
import { labQuestions } from './engine/labQuestions.ts';
import { ledgerCommands } from './engine/ledgerCommands.ts';
import { seriesQuestions } from './engine/seriesQuestions.ts';
import type { EngineApi } from './protocol.ts';

export type { EnginePlatform };

/** Holds one ledger and its newest analysis. */
export type Engine = EngineApi;

/** What runs in the engine worker: every method of the contract, by the topic that it belongs to. */
export function createEngine(platform: EnginePlatform): Engine {
  const context = new EngineContext(platform);
  const ledgers = ledgerCommands(context);
  const { commands, previews } = analysisCommands(context, ledgers);
  return {
    ...ledgers.commands,
    ...commands,
    ...seriesQuestions(context, previews),
    ...eventQuestions(context),
    ...drilldownQuestions(context),
    ...labQuestions(context),
  };
}
