/**
 * What files and addresses of earlier versions hold and this one has no use for: the one place that accepts it and says
 * so.
 */

/** Parameters that are gone, and why they are without effect. */
const RETIRED_PARAMETERS: Readonly<Record<string, string>> = {
  mewma_lambda: 'is without effect: SHIFT gave way to style, meaning and behaviour change',
};

export const RETIRED_PARAMETER_NAMES: readonly string[] = Object.keys(RETIRED_PARAMETERS);

/** Kinds of alert that are gone: kept where they were recorded, never raised. */
export const RETIRED_KINDS = ['SHIFT'] as const;
export type RetiredKind = (typeof RETIRED_KINDS)[number];
export const isRetiredKind = (kind: string): kind is RetiredKind => (RETIRED_KINDS as readonly string[]).includes(kind);

/** Smallest budget now; until version 2 of bundles it was 100. */
const LEAST_BUDGET = 1000;
const FORMER_LEAST_BUDGET = 100;

const isFormerBudget = (name: string, value: unknown): boolean =>
  name === 'false_alarm_budget' && typeof value === 'number' && value >= FORMER_LEAST_BUDGET && value < LEAST_BUDGET;

type Raw = Readonly<Record<string, unknown>>;

/** Parameters as they were written, with the names and values of today. */
export const modernised = (raw: Raw): Raw =>
  Object.fromEntries(
    Object.entries(raw)
      .filter(([name]) => !Object.hasOwn(RETIRED_PARAMETERS, name))
      .map(([name, value]) => [name, isFormerBudget(name, value) ? LEAST_BUDGET : value]),
  );

/** Parameters that are new in version 2 of bundles and of stream states. */
const ADDED_PARAMETERS = ['meaning_k', 'behaviour', 'conversation_cut'] as const;

/** All parameters of a file of version 1 as those of today: what it could not know has its default. */
export const withAddedParameters = (raw: Raw, defaults: Raw): Raw => ({
  ...Object.fromEntries(ADDED_PARAMETERS.map((name) => [name, defaults[name]])),
  ...modernised(raw),
});

/** What `modernised` did to each, as the end of a sentence about it. */
export const retiredNotes = (raw: unknown): { readonly name: string; readonly note: string }[] =>
  typeof raw !== 'object' || raw === null
    ? []
    : Object.entries(raw).flatMap(([name, value]) => {
        if (Object.hasOwn(RETIRED_PARAMETERS, name)) return [{ name, note: RETIRED_PARAMETERS[name] }];
        return isFormerBudget(name, value)
          ? [{ name, note: `was ${String(value)}, below the least of ${LEAST_BUDGET}, which is used` }]
          : [];
      });
