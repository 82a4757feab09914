/** What a file holds by name, before it is checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of what should be an object; none of anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
