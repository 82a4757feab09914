/** A file name of parts: what file systems refuse becomes a hyphen. */
export const fileName = (parts: readonly string[], extension: string): string =>
  `${parts
    .map((part) => part.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('-')
    .slice(0, 120)}.${extension}`;
