import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { STAGES, type CommittedControl } from '../../detection/files/commit.ts';
import { figuresJson, laneFigures, nextStage, stepBackReason, type Lanes } from '../../detection/lanes.ts';
import { LedgerRecordSchema, type Control, type LedgerRecord } from '../live_pb.ts';
import { AppendError, type StoredRecord, type Transport } from '../transport.ts';
import type { BundleInForce } from './judge.ts';
import { bytesOf, type Judges } from './judges.ts';
import { readBundle } from './state.ts';

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

/**
 * What a decision does to the judges; null: it cannot be done, as it is not the next stage, is about another candidate,
 * or its bundle is not there or for other vectors.
 */
export async function changeOf(
  { kind, bundle: hash, stage }: CommittedControl,
  judges: Judges,
  vectorBytes: number | null,
  folder: string,
): Promise<(() => void) | null> {
  if (kind === 'promoted' || kind === 'stepped-back') {
    const { candidate } = judges;
    const isNext = candidate?.hash === hash && stage === nextStage(kind, candidate.stage);
    return isNext ? () => judges.stageTo(stage) : null;
  }
  const bundle = await readBundle(folder, hash).catch(() => null);
  const bytes = judges.vectorBytes ?? vectorBytes;
  if (!bundle || hash === judges.bundle?.hash || (bytes !== null && bytesOf(bundle) !== bytes)) return null;
  if (kind === 'deployed') return () => judges.deploy(bundle);
  return judges.bundle && stage === 'shadow' ? () => judges.runBeside(bundle, stage) : null;
}

/** The step back that figures ask for, if any. */
export function stepBackOf(lanes: Lanes | null): CommittedControl | null {
  if (!lanes) return null;
  const figures = laneFigures(lanes);
  const reason = stepBackReason(lanes, figures);
  const stage = nextStage('stepped-back', lanes.stage);
  if (reason === null || stage === null) return null;
  const at = new Date().toISOString();
  const { candidate: bundle } = lanes;
  return { kind: 'stepped-back', bundle, stage, who: 'tautline', at, reason, figures: figuresJson(figures) };
}

/** A bundle that a ledger begins with. */
export const deployedBy = (who: string, { hash }: BundleInForce): CommittedControl => ({
  ...{ kind: 'deployed', bundle: hash, stage: 'full', who, reason: '', figures: '' },
  at: new Date().toISOString(),
});

/** Whether a decision is in the log; false: the brokers are gone, and it may still come. */
export const isAppended = (
  transport: Pick<Transport, 'append'>,
  key: string,
  control: CommittedControl,
): Promise<boolean> =>
  transport.append('ledger', { key, value: controlRecord(control) }).then(
    () => true,
    (thrown: unknown) => {
      if (thrown instanceof AppendError) return false;
      throw thrown;
    },
  );
