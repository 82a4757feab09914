/** What the command line says of itself; one entry a command. */
export const USAGE: Readonly<Record<string, string>> = {
  analyze: `tautline analyze LEDGER... [--params FILE.json] [--stream KEY] --out DIR
  Runs the pipeline over ledger files, or a folder of hive partitions, and writes signals.parquet, alerts.json and calibration.json.
  --params FILE   parameters as a flat JSON object; an absent one has its default
  --stream KEY    provider_id (default), agent_id, thread_id or ledger
  --out DIR       folder to write to; made where it does not exist`,
};

/** The whole help: every command. */
export const help = (): string => `Tautline analyses multi-agent dialogue ledgers.

${Object.values(USAGE).join('\n\n')}

Exit status: 0, or 2 with one line on what was wrong.`;
