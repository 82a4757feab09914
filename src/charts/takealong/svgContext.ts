type Paint = string | CanvasPattern;

interface State {
  fillStyle: Paint;
  strokeStyle: Paint;
  lineWidth: number;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: readonly number[];
  /** Id of what is seen; null for all. */
  clip: string | null;
}

/** Stands for a CanvasPattern: a tile that is repeated. */
interface SvgPattern {
  readonly pattern: string;
}

export const escapeXml = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- XML 1.0 knows none of these
    .replace(/[\0-\x08\v\f\x0e-\x1f]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const number = (value: number): string => String(Math.round(value * 100) / 100);

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: 'middle', right: 'end', end: 'end' };
const BASELINES: Partial<Record<CanvasTextBaseline, string>> = {
  middle: 'central',
  top: 'text-before-edge',
  hanging: 'hanging',
  bottom: 'text-after-edge',
};

/**
 * A context that writes SVG: what the charts use of a canvas' context, and no more. What it makes is put together by
 * `markup`.
 */
export class SvgContext {
  fillStyle: Paint = '#000';
  strokeStyle: Paint = '#000';
  lineWidth = 1;
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  readonly #measure: Pick<CanvasRenderingContext2D, 'font' | 'measureText'>;
  readonly #parts: string[] = [];
  readonly #definitions: string[] = [];
  readonly #tiles = new Map<string, SvgPattern>();
  readonly #states: State[] = [];
  #dash: readonly number[] = [];
  #clip: string | null = null;
  #path = '';
  #count = 0;

  /** @param measure tells how wide a text is */
  constructor(measure: Pick<CanvasRenderingContext2D, 'font' | 'measureText'>) {
    this.#measure = measure;
  }

  /** @param size in CSS pixels */
  markup({ width, height }: { readonly width: number; readonly height: number }): string {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}" height="${number(height)}"` +
      ` viewBox="0 0 ${number(width)} ${number(height)}">` +
      `<defs>${this.#definitions.join('')}</defs>${this.#parts.join('')}</svg>\n`
    );
  }

  /** Draws at another place; clips of outside do not hold there. */
  at(x: number, y: number, draw: () => void): void {
    this.save();
    this.#clip = null;
    this.#parts.push(`<g transform="translate(${number(x)} ${number(y)})">`);
    draw();
    this.#parts.push('</g>');
    this.restore();
  }

  /** Takes SVG in as it is. */
  raw(markup: string): void {
    this.#parts.push(markup);
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline } = this;
    const [dash, clip] = [this.#dash, this.#clip];
    this.#states.push({ fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline, dash, clip });
  }

  restore(): void {
    const state = this.#states.pop();
    if (!state) return;
    const { dash, clip, ...own } = state;
    Object.assign(this, own);
    this.#dash = dash;
    this.#clip = clip;
  }

  beginPath(): void {
    this.#path = '';
  }
  closePath(): void {
    this.#path += 'Z';
  }
  moveTo(x: number, y: number): void {
    this.#path += `M${number(x)} ${number(y)}`;
  }
  lineTo(x: number, y: number): void {
    this.#path += `${this.#path === '' ? 'M' : 'L'}${number(x)} ${number(y)}`;
  }
  rect(x: number, y: number, width: number, height: number): void {
    this.#path += `M${number(x)} ${number(y)}h${number(width)}v${number(height)}h${number(-width)}Z`;
  }
  roundRect(x: number, y: number, width: number, height: number, radius: number): void {
    const r = Math.max(0, Math.min(radius, Math.abs(width) / 2, Math.abs(height) / 2));
    const corner = (dx: number, dy: number) => `a${number(r)} ${number(r)} 0 0 1 ${number(dx)} ${number(dy)}`;
    this.#path +=
      `M${number(x + r)} ${number(y)}h${number(width - 2 * r)}${corner(r, r)}v${number(height - 2 * r)}` +
      `${corner(-r, r)}h${number(2 * r - width)}${corner(-r, -r)}v${number(2 * r - height)}${corner(r, -r)}Z`;
  }
  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const [r, start, end] = [number(radius), from, to];
    const at = (angle: number) => `${number(x + radius * Math.cos(angle))} ${number(y + radius * Math.sin(angle))}`;
    const pen = this.#path === '' ? 'M' : 'L';
    if (Math.abs(end - start) >= 2 * Math.PI - 1e-9) {
      const middle = start + Math.PI;
      this.#path += `${pen}${at(start)}A${r} ${r} 0 1 1 ${at(middle)}A${r} ${r} 0 1 1 ${at(start)}`;
    } else {
      const large = Math.abs(end - start) > Math.PI ? 1 : 0;
      this.#path += `${pen}${at(start)}A${r} ${r} 0 ${large} 1 ${at(end)}`;
    }
  }
  clip(): void {
    const id = this.#id();
    const within = this.#clip === null ? '' : ` clip-path="url(#${this.#clip})"`;
    this.#definitions.push(`<clipPath id="${id}"${within}><path d="${this.#path}"/></clipPath>`);
    this.#clip = id;
  }

  fill(): void {
    this.#draw(`<path d="${this.#path}"${this.#filled()}`);
  }
  stroke(): void {
    this.#draw(`<path d="${this.#path}" fill="none"${this.#stroked()}`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    const [left, top] = [Math.min(x, x + width), Math.min(y, y + height)];
    const size = `width="${number(Math.abs(width))}" height="${number(Math.abs(height))}"`;
    this.#draw(`<rect x="${number(left)}" y="${number(top)}" ${size}${this.#filled()}`);
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    const size = `width="${number(width)}" height="${number(height)}"`;
    this.#draw(`<rect x="${number(x)}" y="${number(y)}" ${size} fill="none"${this.#stroked()}`);
  }
  setLineDash(dash: readonly number[]): void {
    this.#dash = dash;
  }
  getLineDash(): number[] {
    return [...this.#dash];
  }
  measureText(text: string): TextMetrics {
    this.#measure.font = this.font;
    return this.#measure.measureText(text);
  }
  fillText(text: string, x: number, y: number, maxWidth?: number): void {
    const anchor = ANCHORS[this.textAlign];
    const baseline = BASELINES[this.textBaseline];
    const narrow = maxWidth !== undefined && this.measureText(text).width > maxWidth;
    const attributes = [
      `x="${number(x)}" y="${number(y)}"`,
      `style="font:${escapeXml(this.font)}"`,
      ...(anchor ? [`text-anchor="${anchor}"`] : []),
      ...(baseline ? [`dominant-baseline="${baseline}"`] : []),
      ...(narrow ? [`textLength="${number(Math.max(0, maxWidth))}" lengthAdjust="spacingAndGlyphs"`] : []),
    ];
    this.#parts.push(
      `<text ${attributes.join(' ')}${this.#filled()}${this.#clipped()} xml:space="preserve">${escapeXml(text)}</text>`,
    );
  }
  createPattern(tile: HTMLCanvasElement): CanvasPattern {
    const href = tile.toDataURL();
    let made = this.#tiles.get(href);
    if (!made) {
      made = { pattern: this.#id() };
      this.#tiles.set(href, made);
      const size = `width="${tile.width}" height="${tile.height}"`;
      this.#definitions.push(
        `<pattern id="${made.pattern}" patternUnits="userSpaceOnUse" ${size}><image href="${href}" ${size}/></pattern>`,
      );
    }
    return made as unknown as CanvasPattern;
  }

  #id(): string {
    this.#count += 1;
    return `t${this.#count}`;
  }
  #draw(start: string): void {
    this.#parts.push(`${start}${this.#clipped()}/>`);
  }
  #clipped(): string {
    return this.#clip === null ? '' : ` clip-path="url(#${this.#clip})"`;
  }
  #paint(name: 'fill' | 'stroke', paint: Paint): string {
    if (typeof paint !== 'string') return ` ${name}="url(#${(paint as unknown as SvgPattern).pattern})"`;
    // Not every reader of SVG knows colours of eight digits.
    const parts = /^(#[0-9a-f]{6})([0-9a-f]{2})$/i.exec(paint);
    if (!parts) return ` ${name}="${escapeXml(paint)}"`;
    return ` ${name}="${parts[1]}" ${name}-opacity="${number(parseInt(parts[2], 16) / 255)}"`;
  }
  #filled(): string {
    return this.#paint('fill', this.fillStyle) + this.#opacity();
  }
  #stroked(): string {
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.map(number).join(' ')}"` : '';
    const width = ` stroke-width="${number(this.lineWidth)}"`;
    return this.#paint('stroke', this.strokeStyle) + width + dash + this.#opacity();
  }
  #opacity(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${number(this.globalAlpha)}"`;
  }
}
