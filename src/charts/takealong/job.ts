/** The writing of a file: how far it is, and whether it is still wanted. */
export interface Job {
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

/** Hands a file to the user. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser may read it later than now.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
