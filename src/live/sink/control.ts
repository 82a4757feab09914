import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { STAGES, type CommittedControl } from '../../detection/files/commit.ts';
import { LedgerRecordSchema, type Control, type LedgerRecord } from '../live_pb.ts';
import type { StoredRecord } from '../transport.ts';

export const controlRecord = ({ at, ...control }: CommittedControl): Uint8Array =>
  toBinary(
    LedgerRecordSchema,
    create(LedgerRecordSchema, {
      what: { case: 'control', value: { ...control, atMicros: BigInt(1000 * Date.parse(at)) } },
    }),
  );

const KINDS = ['deployed', 'candidate', 'promoted', 'stepped-back'] as const satisfies CommittedControl['kind'][];

/** What a record of the log decides; null: it is none of the kinds that are known. */
export function controlOf({ kind, stage, bundle, who, reason, figures, atMicros }: Control): CommittedControl | null {
  const [known, at] = [KINDS.find((own) => own === kind), Number(atMicros) / 1000];
  const to = STAGES.find((own) => own === stage);
  if (!known || !to || !Number.isFinite(new Date(at).getTime())) return null;
  return { kind: known, bundle, stage: to, who, reason, figures, at: new Date(at).toISOString() };
}

/** What a record of the log holds; null: nothing that is known. */
export function decoded(record: StoredRecord): LedgerRecord | null {
  try {
    return fromBinary(LedgerRecordSchema, record.value);
  } catch {
    return null;
  }
}
