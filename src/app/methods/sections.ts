import { micromark } from 'micromark';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';

export interface MethodsSection {
  /** Of the heading, "8. Detectors" -> 8; 0 for what stands before the first. */
  readonly number: number;
  readonly title: string;
  /** Escaped: HTML in the text is shown as text, and links lead nowhere but to web addresses and anchors. */
  readonly html: string;
}

const HEADING = /^## (\d+)\. (.+)$/m;

const toHtml = (text: string): string =>
  micromark(text, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] });

/** The sections of docs/methods.md, each headed "## N. Title". */
export function methodsSections(text: string): MethodsSection[] {
  const [intro, ...parts] = text.split(/^(?=## \d+\. )/m);
  const sections = parts.map((part) => {
    const [heading, number, title] = HEADING.exec(part)!;
    return { number: Number(number), title, html: toHtml(part.slice(heading.length)) };
  });
  return [{ number: 0, title: 'Methods', html: toHtml(intro.replace(/^# .*$/m, '')) }, ...sections];
}
