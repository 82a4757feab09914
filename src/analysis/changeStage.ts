import type { EventColumns, IndexRange } from '../core/columns.ts';
import type { Progress } from '../core/progress.ts';
import type { Baseline } from '../detection/baseline.ts';
import {
  elsewhere,
  outOfAction,
  type Changes,
  type ChannelChange,
  type FittedReference,
} from '../detection/changes.ts';
import { alignAll } from '../detection/channels/reference.ts';
import type { ChangeChannel } from '../detection/channels/table.ts';
import type { Parameters } from '../detection/parameters.ts';
import type { Projection } from '../detection/types.ts';
import type { KernelModule } from '../kernels/module.ts';
import {
  behaviourReader,
  judgeChange,
  meaningReader,
  styleReader,
  type ChangeLedger,
  type ChangeRequest,
} from './changes.ts';
import type { PowerInput } from '../detection/change/power.ts';
import { powerInput } from './changePower.ts';
import { truncateProjection } from './projection.ts';
import { Stretches } from './stretches.ts';

/** What lasting change is judged on besides the parameters. */
export interface ChangeBase {
  /** Changes with the streams and the reference. */
  readonly key: string;
  readonly events: EventColumns;
  readonly range: IndexRange;
  /** On all axes that were fitted. */
  readonly projection: Projection;
}

interface Source {
  readonly key: string;
  readonly stretches: Stretches | null;
  readonly remarks: readonly string[];
  readonly features?: FittedReference['features'];
}

/** Results of a channel that are kept: those of the parameters and of what they are compared with. */
const KEPT = 2;

/** The channels of lasting change of one ledger, each computed again only where what it depends on has changed. */
export class ChangeStage {
  readonly #kernels: KernelModule;
  readonly #ledger: ChangeLedger;
  readonly #given: Baseline | null;
  readonly #file: string;
  readonly #sources = new Map<ChangeChannel, Source>();
  readonly #results = new Map<ChangeChannel, { readonly key: string; readonly change: ChannelChange }[]>();
  #newest: { readonly key: string; readonly changes: Changes }[] = [];

  constructor(
    kernels: KernelModule,
    ledger: ChangeLedger,
    given: { readonly baseline: Baseline; readonly file?: 'bundle' } | null,
  ) {
    this.#kernels = kernels;
    this.#ledger = ledger;
    this.#given = given?.baseline ?? null;
    this.#file = given?.file ?? 'baseline';
  }

  /** What `changes` of these parameters depends on. */
  keyOf({ key }: Pick<ChangeBase, 'key'>, p: Parameters): string {
    return JSON.stringify([key, p.meaning_k, p.behaviour, p.conversation_cut, p.false_alarm_budget]);
  }

  /** True if nothing has to be computed. */
  has(base: Pick<ChangeBase, 'key'>, parameters: Parameters): boolean {
    return this.#newest.some(({ key }) => key === this.keyOf(base, parameters));
  }

  /** The same object for the same parameters, as long as it is among the newest. */
  async changes(
    base: ChangeBase,
    parameters: Parameters,
    options: Pick<ChangeRequest, 'signal' | 'onProgress'>,
  ): Promise<Changes> {
    const key = this.keyOf(base, parameters);
    const held = this.#newest.find((own) => own.key === key);
    if (held) return held.changes;
    const share = (part: number) => ({
      ...options,
      onProgress: (progress: Progress) => options.onProgress({ ...progress, fraction: (part + progress.fraction) / 3 }),
    });
    // With meaning before style the first charts of a large ledger come later, by measurement.
    const style = await this.#judge('style', base, parameters, share(0));
    const meaning = await this.#judge('meaning', base, parameters, share(1));
    // What comes next, and the tables, take memory.
    this.#ledger.embeddings?.release?.();
    const behaviour = await this.#judge('behaviour', base, parameters, share(2));
    const changes = { style, meaning, behaviour };
    this.#newest = [{ key, changes }, ...this.#newest].slice(0, KEPT);
    return changes;
  }

  async #judge(
    channel: ChangeChannel,
    base: ChangeBase,
    parameters: Parameters,
    options: Pick<ChangeRequest, 'signal' | 'onProgress'>,
  ): Promise<ChannelChange> {
    if (this.#given && !this.#given[channel]) return outOfAction(`the ${this.#file} has no reference for it`);
    const request = { ...options, events: base.events, range: base.range, parameters };
    const { key: sourceKey, stretches, remarks, features } = await this.#sourceOf(channel, base, request);
    if (!stretches) return outOfAction(...remarks);
    const key = JSON.stringify([sourceKey, parameters.conversation_cut, parameters.false_alarm_budget]);
    const results = this.#results.get(channel) ?? [];
    const held = results.find((own) => own.key === key);
    if (held) return held.change;
    const given = this.#given && alignAll(this.#given, this.#given.reference.streams, base.events.streams)[channel];
    const known = given && (base.range.from === base.range.to ? elsewhere(given) : given);
    const change = await judgeChange(this.#kernels, channel, stretches, request, known, { features, remarks });
    this.#results.set(channel, [{ key, change }, ...results].slice(0, KEPT));
    return change;
  }

  /**
   * What the power of a channel is measured on.
   * @param change what the channel found, under the same parameters
   * @returns why it cannot be, where it cannot
   */
  async powerInput(
    channel: ChangeChannel,
    base: ChangeBase,
    parameters: Parameters,
    change: ChannelChange,
    options: Pick<ChangeRequest, 'signal' | 'onProgress'>,
  ): Promise<PowerInput | string> {
    const { reference, remarks } = change;
    if (!reference) return remarks.join('; ');
    if (base.range.from === base.range.to) return 'the reference comes from a file, without its messages';
    const request = { ...options, events: base.events, range: base.range, parameters };
    const { stretches } = await this.#sourceOf(channel, base, request);
    if (!stretches) return remarks.join('; ');
    return powerInput(channel, stretches, request, reference);
  }

  async #sourceOf(channel: ChangeChannel, base: ChangeBase, request: ChangeRequest): Promise<Source> {
    const key = JSON.stringify([base.key, ...dependenciesOf(channel, request.parameters)]);
    const held = this.#sources.get(channel);
    if (held?.key === key) return held;
    const { events } = base;
    const source = async (): Promise<Omit<Source, 'key'>> => {
      const none = (...remarks: string[]) => ({ stretches: null, remarks });
      switch (channel) {
        case 'style': {
          const reader = styleReader(this.#kernels, this.#ledger, events);
          return reader ? { stretches: new Stretches(reader, events.n), remarks: [] } : none('the ledger has no text');
        }
        case 'meaning': {
          const projection = truncateProjection(base.projection, request.parameters.meaning_k);
          const reader = meaningReader(this.#kernels, this.#ledger, events, projection);
          return reader
            ? { stretches: new Stretches(reader, events.n), remarks: [] }
            : none('the ledger has no embeddings');
        }
        case 'behaviour': {
          const reader = await behaviourReader(this.#ledger, request, this.#given?.behaviour?.features ?? null);
          if (typeof reader === 'string') return none(reader);
          return {
            stretches: new Stretches(reader, events.n),
            remarks: reader.remarks,
            features: reader.features,
          };
        }
      }
    };
    const made = { key, ...(await source()) };
    this.#sources.set(channel, made);
    return made;
  }
}

const dependenciesOf = (channel: ChangeChannel, p: Parameters): readonly unknown[] =>
  channel === 'meaning' ? [p.meaning_k] : channel === 'behaviour' ? [p.behaviour] : [];
