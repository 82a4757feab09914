import { explain, toTautlineError } from '../core/errors.ts';
import { without } from '../core/fields.ts';
import type { CommittedControl } from '../detection/files/commit.ts';
import { bundleFromJson, type Bundle } from '../detection/lab/bundle.ts';
import { deployProblems } from '../detection/lab/deployable.ts';
import { figuresJson, laneFigures, nextStage, type Lanes } from '../detection/lanes.ts';
import { commitAt, newestCommit } from './sink/commitLog.ts';
import { controlRecord } from './sink/control.ts';
import { withHash } from './sink/judge.ts';
import { readBundle, writeBundle } from './sink/state.ts';
import { AppendError, type Transport } from './transport.ts';

/** Where decisions about a ledger are written, in the order of its events. */
export interface Desk {
  readonly folder: string;
  readonly transport: Pick<Transport, 'append'>;
  readonly group: string;
  /** What runs beside the bundle in force; null: nothing. */
  lanes(): Lanes | null;
  /** The newest commit that `lanes` knows of. */
  newest(): number;
}

export interface Decider {
  readonly who: string;
  readonly reason: string;
  /** SHA-256 of the bundle, or stage of the candidate, that it was decided upon; null: whichever there is. */
  readonly expected?: string | null;
}

/** What came of a decision. */
export type Decided =
  | { readonly status: 200; readonly bundle: string; readonly commit: number; readonly event: number }
  /** Written, and in force as soon as the sink has read up to it. */
  | { readonly status: 202; readonly bundle: string }
  | { readonly status: 400 | 409 | 412 | 422 | 503; readonly problems: readonly string[] };

const MOST_NAME = 200;
const MOST_REASON = 2_000;
/** How long an answer waits for the sink. */
const WAIT_MS = 10_000;
const LOOK_MS = 25;

/** Brings a bundle into force, at the place in the log that it is written at; checked against the one before it. */
export const deploy = (desk: Desk, text: string, decider: Decider): Promise<Decided> =>
  bring(desk, text, decider, { kind: 'deployed', stage: 'full' });

/** Runs a bundle beside the one in force: over all events, with a shadow lane of conversations. */
export const propose = (desk: Desk, text: string, decider: Decider): Promise<Decided> =>
  bring(desk, text, decider, { kind: 'candidate', stage: 'shadow' });

type What = Pick<CommittedControl, 'kind' | 'stage'>;

async function bring(desk: Desk, text: string, decider: Decider, what: What): Promise<Decided> {
  const problem = unnamed(decider);
  if (problem) return { status: 400, problems: [problem] };
  const bundle = readable(text);
  if (typeof bundle === 'string') return { status: 422, problems: [bundle] };
  const before = await inForce(desk.folder);
  const { expected = null } = decider;
  if (expected !== null && expected !== before)
    return {
      status: 412,
      problems: ['another bundle came into force meanwhile: compare with that one, and deploy again'],
    };
  const taken = await withHash(bundle);
  if (taken.hash === before) return { status: 409, problems: ['this very bundle is in force already'] };
  if (before === null && what.kind === 'candidate')
    return { status: 409, problems: ['no bundle is in force yet: there is nothing to run beside'] };
  const problems = before === null ? [] : deployProblems(bundle, (await readBundle(desk.folder, before)).bundle);
  if (problems.length > 0) return { status: 422, problems };
  await writeBundle(desk.folder, taken);
  return decide(desk, { ...what, bundle: taken.hash, figures: '' }, decider);
}

/** The candidate goes a stage on, or back; what was measured is kept with the decision. */
export async function step(desk: Desk, kind: 'promoted' | 'stepped-back', decider: Decider): Promise<Decided> {
  const problem = unnamed(decider);
  if (problem) return { status: 400, problems: [problem] };
  const lanes = desk.lanes();
  const stage = lanes && nextStage(kind, lanes.stage);
  if (!lanes || !stage) return { status: 409, problems: ['there is no candidate: nothing runs beside'] };
  if ((decider.expected ?? lanes.stage) !== lanes.stage)
    return { status: 412, problems: [`the candidate is at stage ${lanes.stage} meanwhile`] };
  const figures = figuresJson(laneFigures(lanes));
  return decide(desk, { kind, bundle: lanes.candidate, stage, figures }, decider);
}

/** What is known of the candidate, for those who decide. */
export function candidate(desk: Desk): object | null {
  const lanes = desk.lanes();
  if (!lanes) return null;
  const figures: unknown = JSON.parse(figuresJson(laneFigures(lanes)));
  return { ...without(lanes, 'byCandidate', 'byFormer'), figures };
}

async function inForce(folder: string): Promise<string | null> {
  const newest = await newestCommit(folder);
  return newest < 0 ? null : ((await commitAt(folder, newest))?.bundle ?? null);
}

/** Writes a decision, and waits until it is committed. */
async function decide(
  { folder, transport, group, newest }: Desk,
  what: Pick<CommittedControl, 'kind' | 'bundle' | 'stage' | 'figures'>,
  { who, reason }: Decider,
): Promise<Decided> {
  let next = (await newestCommit(folder)) + 1;
  const control: CommittedControl = { ...what, who, reason, at: new Date().toISOString() };
  const written = await transport.append('ledger', { key: group, value: controlRecord(control) }).catch(whyNot);
  if (typeof written === 'string') return { status: 503, problems: [written] };
  const { offset } = written;
  for (const until = Date.now() + WAIT_MS; Date.now() < until;) {
    // A commit is in the folder a moment before the sink goes on from it: whoever decides next relies on that.
    const commit = newest() < next ? null : await commitAt(folder, next);
    if (commit === null) await new Promise((done) => setTimeout(done, LOOK_MS));
    else {
      next++;
      if (commit.source.to <= offset) continue;
      if (commit.control?.at === control.at)
        return { status: 200, bundle: what.bundle, commit: commit.number, event: commit.events.to };
      return { status: 422, problems: ['the sink refused it: its output says why'] };
    }
  }
  return { status: 202, bundle: what.bundle };
}

/** Why a decision could not be written. @throws whatever is no answer of the log */
function whyNot(thrown: unknown): string {
  if (!(thrown instanceof AppendError)) throw thrown;
  const { kind, reason } = thrown.failure;
  return kind === 'refused'
    ? `the log refused it (${reason})`
    : `whether it was written is not known (${reason}): look at what is in force, and ask again`;
}

function unnamed({ who, reason }: Decider): string | null {
  if (who.trim() === '') return 'who decides it is missing: it is kept with the ledger';
  if (who.length > MOST_NAME || reason.length > MOST_REASON)
    return `a name may have ${MOST_NAME} letters, a reason ${MOST_REASON}`;
  return null;
}

function readable(text: string): Bundle | string {
  try {
    return bundleFromJson(text, 'the bundle');
  } catch (thrown) {
    return explain(toTautlineError(thrown, 'reading the bundle'));
  }
}
