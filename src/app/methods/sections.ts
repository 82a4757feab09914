import { micromark } from 'micromark';
import { gfmTable, gfmTableHtml } from 'micromark-extension-gfm-table';

export interface DocumentSection {
  /** Of the heading, "8. Detectors" -> 8; 0 for what stands before the first. */
  readonly number: number;
  readonly title: string;
  /** Escaped: HTML in the text is shown as text; links lead to web addresses alone, in a tab of their own. */
  readonly html: string;
}

/**
 * Links within the documents lead nowhere in the page, whose address is the view. Formulas may be wider than the sheet,
 * and are scrolled by keys too.
 */
const toHtml = (text: string): string =>
  micromark(text, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] })
    .replace(/<a href="(?!https:)[^"]*">(.*?)<\/a>/gs, '$1')
    .replaceAll('<a href="https:', '<a target="_blank" rel="noreferrer" href="https:')
    .replaceAll('<pre>', '<pre tabindex="0">');

/**
 * The sections of a document of the project: those headed "## N. Title" by their number, or every "## Title", counted
 * from 1.
 */
export function sectionsOf(text: string, numbered: boolean): DocumentSection[] {
  const [intro, ...parts] = text.split(numbered ? /^(?=## \d+\. )/m : /^(?=## )/m);
  const title = /^# (.*)$/m.exec(intro)?.[1] ?? '';
  const sections = parts.map((part, i) => {
    const [heading, given, name] = /^## (?:(\d+)\. )?(.+)$/m.exec(part)!;
    return { number: numbered ? Number(given) : i + 1, title: name, html: toHtml(part.slice(heading.length)) };
  });
  return [{ number: 0, title, html: toHtml(intro.replace(/^# .*$/m, '')) }, ...sections];
}
