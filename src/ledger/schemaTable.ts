import { LEDGER_COLUMNS, columnSpec, type ColumnRole } from '../core/ledgerSchema.ts';

const KEPT: Readonly<Record<ColumnRole, string>> = {
  key: 'in memory',
  light: 'in memory',
  dictionary: 'in memory',
  text: 'length in memory, text in the database',
  vector: 'read in batches',
  stored: 'in the database',
};

/** The table of columns of docs/ledger-format.md, as Markdown. */
export function columnsMarkdown(): string {
  const rows = LEDGER_COLUMNS.map(columnSpec).map(
    ({ name, required, needed, help, role, inFingerprint, aliases }) =>
      `| \`${name}\` | ${needed} | ${required ?? ''} | ${help} | ${KEPT[role]} | ${inFingerprint ? 'yes' : ''} | ` +
      `${aliases.map((alias) => `\`${alias}\``).join(', ')} |`,
  );
  return [
    '| column | type | needed | meaning | kept | in the fingerprint | also read from |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
