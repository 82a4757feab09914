/** What a file holds by name, before it is checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of what should be an object; none of anything else. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The same without some of the fields. */
export const without = <T extends object, K extends keyof T>(of: T, ...names: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(of).filter(([name]) => !(names as readonly string[]).includes(name))) as Omit<T, K>;
