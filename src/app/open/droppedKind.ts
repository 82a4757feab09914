const BUNDLE_NAME = /\.bundle\.(json|pb)$/i;
/** How a bundle begins; other .pb files are traces. */
const FORMAT = /^\s*\{\s*"format"\s*:\s*"tautline-bundle"|^\n.tautline-bundle/s;
const LABEL_NAME = /\.(json|csv)$/i;

/** What a single dropped file is, where it is no ledger: a bundle anywhere, labels in the laboratory. */
export async function droppedKind(
  file: Blob,
  name: string,
  inLaboratory: boolean,
): Promise<'bundle' | 'labels' | null> {
  if (BUNDLE_NAME.test(name)) return 'bundle';
  if (/\.(?:json|pb)$/i.test(name) && FORMAT.test(await file.slice(0, 200).text())) return 'bundle';
  return inLaboratory && LABEL_NAME.test(name) ? 'labels' : null;
}
