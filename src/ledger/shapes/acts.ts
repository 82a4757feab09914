import type { KindCount } from '../../core/eventKinds.ts';
import { counted } from '../../core/format.ts';
import {
  columnOf,
  EVENT_KINDS,
  joined,
  type EventKind,
  type ShapeColumn,
  type ShapeOptions,
  type ShapeReading,
  type ShapeRow,
} from './shape.ts';
import { hashOf, json } from './values.ts';

/** What acts below take over from those above. */
interface ActContext {
  readonly provider?: string;
  readonly agent?: string;
  readonly thread?: string;
  readonly version?: string;
  readonly instance?: string;
}

/** A span, run or observation: something done within a trace, perhaps an event. */
export interface Act {
  readonly trace: string;
  readonly id: string;
  /** Id, within the trace, of the act that it is part of. */
  readonly parent: string | undefined;
  readonly kind: EventKind | 'other';
  readonly context: ActContext;
  /** What stands for agent and provider where neither the act nor one above it names any. */
  readonly service?: string;
  /** What stands for the agent then, of an act without a service. */
  readonly speaker?: string;
  /** Undefined: what was said was not captured; null: nothing was said. */
  readonly text: string | null | undefined;
  /** Its id in the ledger. */
  readonly eventId: string;
  /** The columns that depend on nothing else. */
  readonly row: ShapeRow;
  /** True of a record about another act of the same id, such as a log record of a span: it adds what was said. */
  readonly isNote?: boolean;
}

interface Known {
  readonly parent: string | undefined;
  readonly kind: Act['kind'];
  readonly context: ActContext;
  readonly hash: number;
  readonly file: number;
  readonly at: number;
  readonly isNote: boolean;
  hasText: boolean;
  /** True if an act below it is an event. */
  isAbove: boolean;
  inherited?: ActContext;
}

interface Tally {
  readonly events: Record<EventKind, number>;
  readonly uncaptured: Record<EventKind, number>;
  readonly unchosen: Record<EventKind, number>;
  readonly all: Record<EventKind, number>;
  readonly captured: Record<EventKind, number>;
  agentsAbove: number;
  others: number;
}

const zero = (): Record<EventKind, number> => ({ model: 0, tool: 0, agent: 0 });
const keyOf = (trace: string, id: string): string => `${trace}:${id}`;

/** What is known of all acts of all files; not what they said. */
class Index {
  readonly acts = new Map<string, Known>();
  /** What records about acts add to them: what was said, and to whom it hands over. */
  readonly notes = new Map<string, string | null>();
  readonly handedTo = new Map<string, unknown>();
  readonly columns = new Set<string>();
  traces = new Set<string>();
  doubles = 0;
  unlike = 0;
  vectors = 0;
  withoutVector = 0;
  private tally: Tally | null = null;

  add(act: Act, file: number, at: number): void {
    const key = keyOf(act.trace, act.id);
    this.tally = null;
    if (act.isNote && act.text !== undefined && !this.notes.has(key)) {
      this.notes.set(key, act.text);
      if (act.row.handoff_to !== undefined) this.handedTo.set(key, act.row.handoff_to);
    }
    const hash = hashOf(json([act.text, act.row]));
    const next: Known = {
      parent: act.parent === undefined ? undefined : keyOf(act.trace, act.parent),
      kind: act.kind,
      context: act.context,
      hash,
      file,
      at,
      isNote: act.isNote === true,
      hasText: act.text !== undefined,
      isAbove: false,
    };
    this.traces.add(act.trace);
    this.put(key, next);
  }

  private put(key: string, next: Known): void {
    const known = this.acts.get(key);
    if (!known || (known.isNote && !next.isNote)) this.acts.set(key, next);
    else if (next.isNote) return;
    else if (known.hash === next.hash) this.doubles++;
    else this.unlike++;
  }

  take(other: Index): void {
    for (const [key, known] of other.acts) this.put(key, known);
    for (const [key, text] of other.notes) this.notes.set(key, text);
    for (const [key, to] of other.handedTo) this.handedTo.set(key, to);
    for (const trace of other.traces) this.traces.add(trace);
    for (const column of other.columns) this.columns.add(column);
    this.doubles += other.doubles;
    this.unlike += other.unlike;
    this.tally = null;
  }

  /** Settles which acts are events. */
  settle(chosen: ReadonlySet<EventKind>): Tally {
    if (this.tally) return this.tally;
    const tally: Tally = {
      events: zero(),
      uncaptured: zero(),
      unchosen: zero(),
      all: zero(),
      captured: zero(),
      agentsAbove: 0,
      others: 0,
    };
    for (const [key, act] of this.acts) {
      act.isAbove = false;
      act.inherited = undefined;
      if (this.notes.has(key)) act.hasText = true;
    }
    const isEvent = (act: Known): boolean => act.kind !== 'other' && chosen.has(act.kind) && act.hasText;
    for (const act of this.acts.values()) if (isEvent(act)) this.markAbove(act);
    for (const act of this.acts.values()) {
      if (act.kind !== 'other') {
        tally.all[act.kind]++;
        if (act.hasText) tally.captured[act.kind]++;
      }
      if (act.kind === 'other') tally.others++;
      else if (!chosen.has(act.kind)) tally.unchosen[act.kind]++;
      else if (act.kind === 'agent' && act.isAbove) tally.agentsAbove++;
      else if (!act.hasText) tally.uncaptured[act.kind]++;
      else tally.events[act.kind]++;
    }
    this.tally = tally;
    return tally;
  }

  private markAbove(act: Known): void {
    for (let above = this.above(act); above && !above.isAbove; above = this.above(above)) above.isAbove = true;
  }

  private above(act: Known): Known | undefined {
    return act.parent === undefined ? undefined : this.acts.get(act.parent);
  }

  /** What an act states and, for what it does not, the nearest above it that does. */
  contextOf(act: Known): ActContext {
    const path: Known[] = [];
    const seen = new Set<Known>();
    let at: Known | undefined = act;
    while (at && !at.inherited && !seen.has(at)) {
      seen.add(at);
      path.push(at);
      at = this.above(at);
    }
    let context: ActContext = at?.inherited ?? {};
    for (const step of path.reverse()) {
      context = { ...context, ...step.context };
      step.inherited = context;
    }
    return context;
  }
}

/** How a shape names its acts, and what it holds of a document. */
export interface ActShape {
  /** "OpenTelemetry spans" */
  readonly title: string;
  /** "span" */
  readonly one: string;
  readonly actsOf: (document: unknown) => readonly Act[];
  /** What to do where nothing was captured. */
  readonly advice: string;
}

/**
 * A reading of acts: what an act does not state it takes from those above it, in whatever file they are; an agent's act
 * is an event only where nothing below it is one; an act without captured content is left out and counted.
 */
export function actReading(shape: ActShape, options: ShapeOptions): ShapeReading {
  return new ActReading(shape, new Set(options.events ?? EVENT_KINDS));
}

const CONTEXT_COLUMNS = ['event_id', 'agent_id', 'thread_id', 'text'];

class ActReading implements ShapeReading {
  private index = new Index();
  private file = 0;
  private looked = 0;
  private readonly shape: ActShape;
  private readonly chosen: ReadonlySet<EventKind>;

  constructor(shape: ActShape, chosen: ReadonlySet<EventKind>) {
    this.shape = shape;
    this.chosen = chosen;
  }

  look(document: unknown): void {
    for (const act of this.shape.actsOf(document)) {
      this.index.add(act, this.file, this.looked++);
      if (act.kind === 'other') {
        if (act.context.provider !== undefined) this.index.columns.add('provider_id');
        continue;
      }
      for (const [name, value] of Object.entries(act.row))
        if (value !== null && value !== undefined) this.index.columns.add(name);
      if (act.text !== undefined && act.text !== null) {
        if (act.row.embedding === undefined) this.index.withoutVector++;
        else this.index.vectors++;
      }
      if (act.context.provider ?? act.service) this.index.columns.add('provider_id');
      if (act.context.version ?? act.context.instance) this.index.columns.add('instantiation_id');
    }
  }

  join(others: readonly ShapeReading[]): void {
    const all = [this, ...others.filter((other) => other instanceof ActReading)];
    const whole = new Index();
    all.forEach((reading, file) => {
      for (const known of reading.index.acts.values()) (known as { file: number }).file = file;
      whole.take(reading.index);
      whole.vectors += reading.index.vectors;
      whole.withoutVector += reading.index.withoutVector;
    });
    all.forEach((reading, file) => {
      reading.index = whole;
      reading.file = file;
    });
  }

  columns(): readonly ShapeColumn[] {
    const { columns, vectors, withoutVector } = this.index;
    const names = [...CONTEXT_COLUMNS, ...columns].filter(
      // A vector that only some events have would make pauses of the others.
      (name) => name !== 'embedding' || (vectors > 0 && withoutVector === 0),
    );
    return [...new Set(names)].map(columnOf);
  }

  pass(): (document: unknown) => readonly ShapeRow[] {
    this.index.settle(this.chosen);
    let next = 0;
    return (document) => {
      const rows: ShapeRow[] = [];
      for (const act of this.shape.actsOf(document)) {
        const row = this.rowOf(act, next++);
        if (row) rows.push(row);
      }
      return rows;
    };
  }

  private rowOf(act: Act, at: number): ShapeRow | null {
    if (act.kind === 'other' || !this.chosen.has(act.kind)) return null;
    const key = keyOf(act.trace, act.id);
    const known = this.index.acts.get(key);
    if (!known?.hasText || known.file !== this.file || known.at !== at) return null;
    if (act.kind === 'agent' && known.isAbove) return null;
    const { provider, agent, thread, version, instance } = this.index.contextOf(known);
    const handedTo = this.index.handedTo.get(key);
    return {
      event_id: act.eventId,
      ...act.row,
      ...(handedTo !== undefined && act.row.handoff_to === undefined ? { handoff_to: handedTo } : {}),
      provider_id: provider ?? act.service ?? (this.index.columns.has('provider_id') ? act.row.role : null),
      agent_id: agent ?? act.service ?? act.speaker ?? null,
      thread_id: thread ?? act.trace,
      instantiation_id: [version, instance].filter((part) => part !== undefined).join('+') || null,
      text: act.text === undefined ? (this.index.notes.get(key) ?? null) : act.text,
    };
  }

  events(): number {
    const { events } = this.index.settle(this.chosen);
    return EVENT_KINDS.reduce((sum, kind) => sum + events[kind], 0);
  }

  kinds(): readonly KindCount[] {
    const { all, captured, events, agentsAbove } = this.index.settle(this.chosen);
    return EVENT_KINDS.map((kind) => ({
      kind,
      all: all[kind],
      captured: captured[kind],
      events: events[kind],
      contextOnly: kind === 'agent' ? agentsAbove : 0,
    }));
  }

  get advice(): string {
    const { uncaptured, captured } = this.index.settle(this.chosen);
    const others = EVENT_KINDS.filter((kind) => !this.chosen.has(kind) && captured[kind] > 0);
    if (others.length > 0) return `Take ${joined(others.map((kind) => `${kind} ${this.shape.one}s`))} as events too`;
    return EVENT_KINDS.some((kind) => uncaptured[kind] > 0)
      ? this.shape.advice
      : 'Open traces that hold calls of models or tools';
  }

  note(): string {
    const { title, one } = this.shape;
    const tally = this.index.settle(this.chosen);
    const { events, uncaptured, unchosen, agentsAbove } = tally;
    const calls = [
      events.model > 0 ? counted(events.model, 'model call') : '',
      events.tool > 0 ? counted(events.tool, 'tool call') : '',
      events.agent > 0 ? counted(events.agent, `agent ${one}`) : '',
    ].filter((part) => part !== '');
    const parts = [`${title}: ${joined(calls) || 'no event'} of ${counted(this.index.traces.size, 'trace')}`];
    if (agentsAbove > 0) parts.push(`${counted(agentsAbove, `agent ${one}`)} gave context only`);
    const left = EVENT_KINDS.reduce((sum, kind) => sum + uncaptured[kind], 0);
    if (left > 0) parts.push(`${counted(left, one)} without captured content left out`);
    if (calls.length === 0 && tally.others > 0) parts.push(`${counted(tally.others, one)} of other kinds`);
    const others = EVENT_KINDS.filter((kind) => unchosen[kind] > 0);
    if (others.length > 0)
      parts.push(`${joined(others.map((kind) => counted(unchosen[kind], `${kind} ${one}`)))} not chosen as events`);
    const { doubles, unlike } = this.index;
    if (doubles > 0) parts.push(`${counted(doubles, one)} written twice, kept once`);
    if (unlike > 0)
      parts.push(`${counted(unlike, one)} left out: another of the same id came first, with other content`);
    return `${parts.join('; ')}.`;
  }
}
