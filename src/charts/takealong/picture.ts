import { createRenderer } from '../echarts.ts';
import { readTheme } from '../theme.ts';
import { PAD, sceneOf, TITLE_PX, type Scene, type SceneOptions } from './scene.ts';
import { escapeXml, SvgContext } from './svgContext.ts';

type G = CanvasRenderingContext2D;

/** Pixels of a PNG to one of the page. */
const RATIO = 2;

export type PictureOptions = Pick<SceneOptions, 'title' | 'legend' | 'axis'>;

const context = (canvas = document.createElement('canvas')): G => {
  const g = canvas.getContext('2d');
  if (!g) throw new Error('the browser gives no canvas to draw in');
  return g;
};

function paintFrame(g: G, { width, height, theme, title, legend, captions }: Scene): void {
  g.fillStyle = theme.bg;
  g.fillRect(0, 0, width, height);
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  g.fillStyle = theme.text;
  g.font = `600 14px ${theme.fontUi}`;
  g.fillText(title, PAD, PAD + TITLE_PX / 2 - 4, width - 2 * PAD);
  g.font = `12px ${theme.fontUi}`;
  for (const { name, color, dash, x, y } of legend) {
    g.strokeStyle = color;
    g.lineWidth = 2.5;
    g.setLineDash([...dash]);
    g.beginPath();
    g.moveTo(x, y + 6);
    g.lineTo(x + 22, y + 6);
    g.stroke();
    g.setLineDash([]);
    g.fillStyle = theme.text;
    g.fillText(name, x + 28, y + 6);
  }
  g.fillStyle = theme.textDim;
  for (const { text, y } of captions) g.fillText(text, PAD, y + 8, width - 2 * PAD);
}

function paintText(g: G, part: Extract<Scene['parts'][number], { kind: 'text' }>): void {
  g.font = part.font;
  g.fillStyle = part.color;
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  g.fillText(part.text, part.x, part.y + part.height / 2, part.width + 1);
}

async function imageOf(markup: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  return image;
}

async function paintPng(scene: Scene): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(scene.width * RATIO);
  canvas.height = Math.round(scene.height * RATIO);
  const g = context(canvas);
  g.scale(RATIO, RATIO);
  paintFrame(g, scene);
  const renderer = createRenderer();
  try {
    for (const part of scene.parts) {
      g.save();
      if (part.kind === 'text') paintText(g, part);
      else if (part.kind === 'image') g.drawImage(part.canvas, part.x, part.y, part.width, part.height);
      else if (part.kind === 'svg') g.drawImage(await imageOf(part.markup), part.x, part.y, part.width, part.height);
      else {
        const { size, box, under, option, over, theme } = part.layers;
        g.translate(part.x, part.y);
        under?.(g, box, theme);
        if (option) g.drawImage(renderer.draw(option, size, RATIO), 0, 0, size.width, size.height);
        over?.(g, box, theme);
      }
      g.restore();
    }
  } finally {
    renderer.dispose();
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error(`the browser makes no picture of ${canvas.width} × ${canvas.height} pixels`);
  return blob;
}

async function writeSvg(scene: Scene): Promise<Blob> {
  const { optionSvg } = await import('./echartsSvg.ts');
  const svg = new SvgContext(context());
  // What charts use of a context is what it has.
  const g = svg as unknown as G;
  svg.raw(`<title>${escapeXml(scene.title)}</title>`);
  paintFrame(g, scene);
  for (const part of scene.parts) {
    if (part.kind === 'text') paintText(g, part);
    else
      svg.at(part.x, part.y, () => {
        if (part.kind === 'svg') svg.raw(part.markup);
        else if (part.kind === 'image')
          svg.raw(`<image href="${part.canvas.toDataURL()}" width="${part.width}" height="${part.height}"/>`);
        else {
          const { size, box, under, option, over, theme } = part.layers;
          under?.(g, box, theme);
          if (option) svg.raw(optionSvg(option, size));
          over?.(g, box, theme);
        }
      });
  }
  return new Blob([svg.markup(scene)], { type: 'image/svg+xml' });
}

/**
 * The charts below an element as a file, drawn anew: at twice the page's pixels, or as SVG.
 * @throws Error in words where there is nothing to draw, or the browser refuses
 */
export async function pictureOf(root: Element, kind: 'png' | 'svg', options: PictureOptions): Promise<Blob> {
  const theme = readTheme();
  const measure = context();
  measure.font = `12px ${theme.fontUi}`;
  const widthOf = (text: string) => measure.measureText(text).width;
  const scene = sceneOf(root, { ...options, theme, widthOf });
  if (!scene) throw new Error('there is no chart in sight: scroll to it, or unfold it');
  return kind === 'png' ? paintPng(scene) : writeSvg(scene);
}
