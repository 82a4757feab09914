import type { LedgerSource } from '../ledger/types.ts';

/** Options of every command that opens files as one ledger. */
export const FILE_OPTIONS = {
  file: { type: 'string', multiple: true },
  together: { type: 'boolean', default: false },
} as const;

/** What help says of them. */
export const FILE_USAGE = `  --file NAME     only this file or folder of those given; once or more
  --together      several ledgers as one; the column "file" says which an event is of (--map provider_id=file makes
                  each a stream)`;

/** Which of the files given are taken, and whether they may be several ledgers. */
export const readFiles = (values: {
  readonly file?: readonly string[];
  readonly together?: boolean;
}): { readonly only: readonly string[] | undefined; readonly together: LedgerSource['together'] } => ({
  only: values.file,
  together: values.together ? 'all' : undefined,
});
