import { createHash } from 'node:crypto';
import type { Commit, CommittedControl, LiveAlert } from '../../detection/files/commit.ts';
import type { AlertEvent, ControlEvent } from '../../detection/files/liveEvents.ts';

/** A CloudEvent 1.0, structured. */
export interface CloudEvent<T = AlertEvent | ControlEvent> {
  readonly specversion: '1.0';
  /** The same whenever the commit is read, so that one that comes again is known by it. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: T;
}

/** What a commit has to tell outside the ledger. */
export interface Outgoing {
  readonly topic: 'alerts' | 'control';
  readonly key: string;
  readonly event: CloudEvent;
}

const TYPE = 'io.tautline.';

/** @param open alerts that were open before the commit */
export function outgoing(commit: Commit, open: readonly LiveAlert[], group: string): readonly Outgoing[] {
  const ended = open.filter(({ id }) => commit.ended.includes(id));
  const alerts = (change: AlertEvent['change'], of: readonly LiveAlert[]): Outgoing[] =>
    of.map((alert) => alertOut(commit, change, alert, group));
  const control = controlOf(commit);
  return [
    ...alerts('opened', commit.opened),
    ...alerts('closed', commit.closed),
    ...alerts('ended', ended),
    ...(control ? [controlOut(commit, control, group)] : []),
  ];
}

function alertOut(commit: Commit, change: AlertEvent['change'], alert: LiveAlert, group: string): Outgoing {
  const { kind, stream, onset } = alert;
  const data: AlertEvent = {
    ...{
      format: 'tautline-alert-event',
      version: 1,
      group,
      commit: commit.number,
      change,
      bundle: commit.bundle,
      alert,
    },
  };
  const event = cloudEvent(commit, group, { id: `${alert.id}/${change}`, type: `alert.${change}`, data });
  return {
    topic: 'alerts',
    key: [group, kind, stream, onset].join('/'),
    event: { ...event, subject: `${kind}/${stream}` },
  };
}

function controlOut(commit: Commit, control: Decided, group: string): Outgoing {
  const { figures, ...decided } = control;
  const data: ControlEvent = {
    ...{ format: 'tautline-control-event', version: 1, group, commit: commit.number, event: commit.events.to },
    ...decided,
    figures: figures === '' ? null : (JSON.parse(figures) as Record<string, unknown>),
  };
  const { kind, bundle } = control;
  const event = cloudEvent(commit, group, { id: `${group}/${commit.number}/${kind}`, type: `bundle.${kind}`, data });
  return { topic: 'control', key: group, event: { ...event, subject: bundle } };
}

type Decided = Omit<CommittedControl, 'kind'> & { readonly kind: ControlEvent['kind'] };

/** What was decided; the first bundle is fitted by nobody. */
function controlOf({ kind, control, bundle, written }: Commit): Decided | null {
  if (control || kind !== 'bundle' || bundle === null) return control;
  return { kind: 'fitted', bundle, stage: 'full', who: 'tautline', at: written, reason: '', figures: '' };
}

function cloudEvent<T>(
  { source: { topicId }, written }: Commit,
  group: string,
  { id, type, data }: { readonly id: string; readonly type: string; readonly data: T },
): Omit<CloudEvent<T>, 'subject'> {
  return {
    specversion: '1.0',
    id,
    source: ['/tautline', topicId, group].map((part, i) => (i === 0 ? part : encodeURIComponent(part))).join('/'),
    type: TYPE + type,
    time: written,
    datacontenttype: 'application/json',
    data,
  };
}

/** An id for headers: letters and digits, the same for the same event. */
export const shortId = ({ source, id }: CloudEvent): string =>
  `msg_${createHash('sha256').update(`${source}\n${id}`).digest('hex').slice(0, 32)}`;
