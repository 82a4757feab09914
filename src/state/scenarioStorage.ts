import { fieldsOf } from '../core/fields.ts';
import { err, ok, type Result } from '../core/result.ts';
import { retiredNotes } from '../detection/retired.ts';
import { isObject, keepScenarios, readScenario, split, withChanges, type Scenario } from './scenarios.ts';

/** Where scenarios outlive the page. */
export interface ScenarioStorage {
  read(): StoredScenarios;
  /**
   * Keeps scenarios beside what could not be read, which stays, and what another tab has kept meanwhile. Gives all that
   * are kept now; the error says why they could not be.
   */
  write(scenarios: readonly Scenario[]): Result<readonly Scenario[], string>;
  /** Calls `listener` with all scenarios when another tab has kept some. Returns how to stop listening. */
  onChange(listener: (scenarios: readonly Scenario[]) => void): () => void;
}

export interface StoredScenarios {
  readonly scenarios: readonly Scenario[];
  /** Sentences about what could not be read, or not all of it. */
  readonly problems: readonly string[];
}

/** Scenarios that go with the page. */
export const passingScenarios = (): ScenarioStorage => ({
  read: () => ({ scenarios: [], problems: [] }),
  write: (scenarios) => ok(scenarios),
  onChange: () => () => undefined,
});

const KEY = 'tautline.scenarios';
/** Where a text goes that is no list of scenarios at all, before scenarios are written in its place. */
const UNREADABLE_KEY = 'tautline.scenarios.unreadable';

type Texts = Pick<Storage, 'getItem' | 'setItem'>;

/** The browser's storage; `open` fails where the browser refuses it (private windows). */
export function browserScenarios(open: () => Texts = () => localStorage): ScenarioStorage {
  /** As this tab saw them last: what differs from it was done by another. */
  let seen: readonly Scenario[] = [];
  return {
    read() {
      try {
        const stored = parse(open().getItem(KEY));
        seen = stored.readable;
        return described(stored);
      } catch {
        return { scenarios: [], problems: [] };
      }
    },
    write(scenarios) {
      try {
        const texts = open();
        const text = texts.getItem(KEY);
        const stored = parse(text);
        if (stored.broken !== null && text !== null) texts.setItem(freeKey(texts), text);
        const merged = withChanges(scenarios, seen, stored.readable);
        // First, so that a newer scenario wins should one of the same name become readable again.
        const kept = stored.unreadable.map(({ item }) => item);
        texts.setItem(KEY, JSON.stringify([...kept, ...merged]));
        seen = merged;
        return ok(merged);
      } catch (thrown) {
        return err(thrown instanceof Error ? thrown.message : String(thrown));
      }
    },
    onChange(listener) {
      const hear = ({ key, newValue }: StorageEvent): void => {
        // A storage that was emptied as a whole has no key: what this tab holds stays until it is written again.
        if (key !== KEY) return;
        seen = parse(newValue).readable;
        listener(seen);
      };
      window.addEventListener('storage', hear);
      return () => window.removeEventListener('storage', hear);
    },
  };
}

interface Stored {
  readonly readable: readonly Scenario[];
  readonly unreadable: readonly { readonly item: unknown; readonly name: string; readonly problem: string }[];
  /** What of them is retired. */
  readonly notes: readonly string[];
  /** Why the text is no list of scenarios. */
  readonly broken: string | null;
}

/** Each scenario is read for itself. */
function parse(text: string | null): Stored {
  let raw: unknown;
  try {
    raw = JSON.parse(text ?? '[]');
  } catch (thrown) {
    return {
      readable: [],
      unreadable: [],
      notes: [],
      broken: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
  if (!Array.isArray(raw)) return { readable: [], unreadable: [], notes: [], broken: 'it is not a list' };
  const readable: Scenario[] = [];
  const unreadable: Stored['unreadable'][number][] = [];
  const notes: string[] = [];
  raw.forEach((item: unknown, i) => {
    const apart = withUnknownApart(item);
    const read = readScenario(apart, 'it');
    if (read.ok) {
      readable.push(read.value);
      for (const { name, note } of retiredNotes(fieldsOf(apart).parameters))
        notes.push(`“${read.value.name}” (${name} ${note})`);
    } else {
      const problem = read.error
        .map((error) => `${error.name.replace(/^it\.?/, '') || 'it'} ${error.problem}`)
        .join('; ');
      unreadable.push({ item, name: nameOf(item) ?? `number ${i + 1}`, problem });
    }
  });
  return { readable: keepScenarios([], readable), unreadable, notes, broken: null };
}

/** Parameters of another version, set apart from those that this one checks. */
function withUnknownApart(item: unknown): unknown {
  if (!isObject(item) || !isObject(item.parameters)) return item;
  const { known, others } = split(item.parameters);
  return { ...item, parameters: known, unknown: { ...(isObject(item.unknown) ? item.unknown : {}), ...others } };
}

const nameOf = (item: unknown): string | null => {
  const name = (item as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name.trim() !== '' ? `“${name.trim()}”` : null;
};

function freeKey(texts: Texts): string {
  for (let i = 1; ; i += 1) {
    const key = i === 1 ? UNREADABLE_KEY : `${UNREADABLE_KEY}.${i}`;
    if (texts.getItem(key) === null) return key;
  }
}

/** So many are named, the others counted. */
const MAX_NAMED = 5;
const listed = (all: readonly string[]): string =>
  all.length <= MAX_NAMED ? all.join(', ') : `${all.slice(0, MAX_NAMED).join(', ')} and ${all.length - MAX_NAMED} more`;

function described({ readable, unreadable, notes, broken }: Stored): StoredScenarios {
  const problems: string[] = [];
  if (broken !== null) {
    problems.push(
      `The scenarios kept in this browser cannot be read (${broken}). They stay in its storage as they are.`,
    );
  }
  if (unreadable.length > 0) {
    const named = listed(unreadable.map(({ name, problem }) => `${name} (${problem})`));
    problems.push(`Scenarios of this browser that cannot be read are left out: ${named}. They stay in its storage.`);
  }
  const partly = readable.filter(({ unknown }) => unknown);
  if (partly.length > 0) {
    const named = listed(partly.map(({ name, unknown }) => `“${name}” (${Object.keys(unknown ?? {}).join(', ')})`));
    problems.push(`Scenarios with parameters that this version does not know: ${named}. Those are kept, not used.`);
  }
  if (notes.length > 0) problems.push(`Scenarios of an earlier version: ${listed(notes)}.`);
  return { scenarios: readable, problems };
}
