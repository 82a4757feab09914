import { layersOf, type Layers } from '../layers.ts';
import type { ChartTheme } from '../theme.ts';

/** A line of a legend. */
export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Part = Place &
  (
    | { readonly kind: 'layers'; readonly layers: Layers }
    | { readonly kind: 'svg'; readonly markup: string }
    | { readonly kind: 'image'; readonly canvas: HTMLCanvasElement }
    | { readonly kind: 'text'; readonly text: string; readonly font: string; readonly color: string }
  );

/** What a picture holds, laid out in CSS pixels. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly theme: ChartTheme;
  readonly title: string;
  readonly legend: readonly (LegendEntry & { readonly x: number; readonly y: number })[];
  readonly captions: readonly { readonly text: string; readonly y: number }[];
  readonly parts: readonly Part[];
}

export interface SceneOptions {
  readonly title: string;
  readonly theme: ChartTheme;
  readonly legend: readonly LegendEntry[];
  /** Measures the names of the legend. */
  readonly widthOf: (text: string) => number;
  /** The strip with the labels of the shared axis, for charts that have none of their own. */
  readonly axis: HTMLElement | null;
}

export const PAD = 14;
export const TITLE_PX = 26;
const LEGEND_PX = 18;
const CAPTION_PX = 18;
const GAP = 8;
/** An SVG element smaller than this is an icon. */
const LEAST = { width: 48, height: 20 };
/** Properties of SVG that stylesheets set. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'display',
  'visibility',
  'paint-order',
] as const;

const isSeen = (element: Element): boolean => {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && element.closest('.visually-hidden') === null;
};

/** An element of SVG as it looks on the page, which does not need the page's stylesheets. */
function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  originals.forEach((element, i) => {
    const own = getComputedStyle(element);
    copies[i].removeAttribute('class');
    // One by one: a policy that forbids inline styles forbids the attribute.
    for (const name of STYLES) (copies[i] as SVGElement).style.setProperty(name, own.getPropertyValue(name));
  });
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return new XMLSerializer().serializeToString(copy);
}

/** The element that a drawing and what is written about it belong to. */
const blockOf = (element: Element): Element =>
  element.closest('figure, [aria-roledescription=chart], [role=img], [role=group]') ?? element.parentElement ?? element;

/** Words beside a drawing, such as the names of rows. */
function textsIn(block: Element, place: (rect: DOMRect) => Place): Part[] {
  const parts: Part[] = [];
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (text === '' || !parent || parent.closest('table, button, svg, .visually-hidden') || !isSeen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { color, fontSize, fontWeight, fontFamily } = getComputedStyle(parent);
    const font = `${fontWeight} ${fontSize} ${fontFamily}`;
    parts.push({ ...place(range.getBoundingClientRect()), kind: 'text', text, font, color });
  }
  return parts;
}

function drawingsIn(root: Element): Element[] {
  return [...root.querySelectorAll('canvas, svg')].filter((element) => {
    if (!isSeen(element)) return false;
    if (element instanceof HTMLCanvasElement) return layersOf(element) !== undefined || 'picture' in element.dataset;
    const { width, height } = element.getBoundingClientRect();
    return width >= LEAST.width && height >= LEAST.height && element.parentElement?.closest('svg') === null;
  });
}

/** True if there is something to make a picture of. */
export const hasDrawing = (root: Element): boolean => drawingsIn(root).length > 0;

const captionOf = (block: Element): string =>
  block.getAttribute('aria-label') ?? block.querySelector('caption')?.textContent ?? '';

function partOf(element: Element, place: Place): Part | null {
  if (!(element instanceof HTMLCanvasElement))
    return { ...place, kind: 'svg', markup: standalone(element as SVGSVGElement) };
  const layers = layersOf(element);
  return layers ? { ...place, kind: 'layers', layers } : { ...place, kind: 'image', canvas: element };
}

/** All charts below an element, one under the other, with title, legend and the labels of their axis; null: none. */
export function sceneOf(root: Element, { title, theme, legend, widthOf, axis }: SceneOptions): Scene | null {
  const drawings = drawingsIn(root);
  if (drawings.length === 0) return null;
  const blocks = [...new Set(drawings.map(blockOf))];
  const width = 2 * PAD + Math.max(320, ...blocks.map((block) => block.getBoundingClientRect().width));
  let y = PAD + TITLE_PX;
  let x = PAD;
  const entries = legend.map((entry) => {
    const room = widthOf(entry.name) + 44;
    if (x > PAD && x + room > width - PAD) {
      x = PAD;
      y += LEGEND_PX;
    }
    const placed = { ...entry, x, y };
    x += room;
    return placed;
  });
  if (entries.length > 0) y += LEGEND_PX + GAP;
  const captions: { text: string; y: number }[] = [];
  const parts: Part[] = [];
  const add = (block: Element, elements: readonly Element[]): void => {
    const outer = block.getBoundingClientRect();
    const top = y;
    const place = (rect: DOMRect): Place => ({
      x: PAD + rect.left - outer.left,
      y: top + rect.top - outer.top,
      width: rect.width,
      height: rect.height,
    });
    for (const element of elements) {
      const part = partOf(element, place(element.getBoundingClientRect()));
      if (part) parts.push(part);
    }
    parts.push(...textsIn(block, place));
    y += outer.height + GAP;
  };
  const addAxis = (): void => {
    const strip = axis ? drawingsIn(axis) : [];
    if (strip.length === 0) return;
    const own = blockOf(strip[0]);
    add(own, strip);
    captions.push({ text: captionOf(own), y });
    y += CAPTION_PX;
  };
  const onAxis = blocks.findLast((block) => block.getAttribute('aria-roledescription') === 'chart');
  for (const block of blocks) {
    const text = captionOf(block).trim();
    if (blocks.length > 1 && text !== '') {
      captions.push({ text, y });
      y += CAPTION_PX;
    }
    add(
      block,
      drawings.filter((drawing) => blockOf(drawing) === block),
    );
    if (block === onAxis) addAxis();
  }
  return { width, height: y + PAD, theme, title, legend: entries, captions, parts };
}
