import { html, Markup } from './html.ts';
import { lineChart, transportMap, type ReportChart, type ReportMap } from './chart.ts';

/** What a report holds, in order. Texts are plain: everything is escaped here and nowhere else. */
export interface Report {
  readonly title: string;
  /** Ledger, hash, counts, ... */
  readonly facts: readonly Fact[];
  readonly sections: readonly ReportSection[];
  readonly generatedAt: Date;
}
export interface Fact {
  readonly name: string;
  readonly value: string;
}
export interface ReportSection {
  readonly title: string;
  readonly blocks: readonly ReportBlock[];
}
export type ReportBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'chart'; readonly chart: ReportChart }
  | { readonly kind: 'map'; readonly map: ReportMap }
  | { readonly kind: 'table'; readonly table: ReportTable }
  | { readonly kind: 'quote'; readonly by: string; readonly text: string };
export interface ReportTable {
  readonly caption: string;
  readonly columns: readonly { readonly name: string; readonly numeric?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** Nothing runs, nothing is fetched, nothing is sent, whatever stands in the file. */
const POLICY = new Markup(
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
);

/** The report as one HTML file: no script, no link, nothing fetched. */
export function reportToHtml({ title, facts, sections, generatedAt }: Report): string {
  const made = generatedAt.toISOString();
  const shown = made.replace('T', ' ').slice(0, 19);
  const entry = ({ title: name }: ReportSection, i: number) => html`<li><a href="#s${i + 1}">${name}</a></li>`;
  const part = ({ title: name, blocks }: ReportSection, i: number) =>
    html`<section id="s${i + 1}"><h2>${name}</h2>${blocks.map(blockToHtml)}</section>`;
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8">\
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">\
<meta name="generator" content="Tautline"><title>${title}</title><style>${STYLE}</style></head>
<body><main><header><h1>${title}</h1>${factList(facts)}</header>
<nav aria-label="Sections"><ol>${sections.map(entry)}</ol></nav>
${sections.map(part)}
<footer>Made by Tautline on <time datetime="${made}">${shown} UTC</time>.</footer></main></body></html>`.text
  }\n`;
}

function blockToHtml(block: ReportBlock): Markup {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.text}</p>`;
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case 'facts':
      return factList(block.facts);
    case 'chart':
      return lineChart(block.chart);
    case 'map':
      return transportMap(block.map);
    case 'table':
      return table(block.table);
    case 'quote':
      return html`<blockquote><cite>${block.by}</cite><pre>${block.text}</pre></blockquote>`;
  }
}

const factList = (facts: readonly Fact[]): Markup =>
  html`<dl>${facts.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

function table({ caption, columns, rows }: ReportTable): Markup {
  const cell = (i: number) => (columns[i]?.numeric ? html` class="number"` : null);
  const head = columns.map(({ name }, i) => html`<th scope="col"${cell(i)}>${name}</th>`);
  const body = rows.map((row) => html`<tr>${row.map((value, i) => html`<td${cell(i)}>${value}</td>`)}</tr>`);
  return html`<div class="wide"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table></div>`;
}

const STYLE = new Markup(`\
:root{color-scheme:light}body{margin:0;background:#fff;color:#1a1d21;font:15px/1.5 system-ui,sans-serif}\
main{max-width:960px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:26px;margin:0 0 12px}h2{font-size:19px;margin:36px 0 10px;padding-top:12px;border-top:1px solid #d5d9de}\
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:6px 20px;margin:12px 0}
dt{color:#5b636d;font-size:13px}dd{margin:0;overflow-wrap:anywhere}nav ol{columns:2;padding-left:20px}\
a{color:#0b5cad}figure{margin:16px 0}figcaption,caption{font-weight:600;text-align:left;padding:4px 0}
svg{display:block;width:100%;height:auto}svg.map{max-width:440px}\
svg.key{display:inline-block;width:26px;height:10px;margin-right:6px;vertical-align:middle}\
svg path{fill:none;stroke-width:1.5}
svg text{font:11px system-ui,sans-serif;fill:#5b636d}text.y{text-anchor:end}text.x{text-anchor:middle}\
text.threshold{text-anchor:end;fill:#a3262a}.grid{stroke:#e4e7ea}.threshold{stroke:#a3262a;stroke-dasharray:4 3}
text.threshold{stroke:none}.band{fill:#0072b2;opacity:.09}.episode{fill:#d55e00;opacity:.16}\
.bar{fill:#d55e00;opacity:.75}.fired{stroke:#d55e00;stroke-width:1.5}.move{stroke:#9aa3ad;opacity:.55}\
.before{fill:#fff;stroke:#0072b2;stroke-width:1.5}.after{fill:#d55e00}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;margin:4px 0}.wide{overflow-x:auto}\
table{border-collapse:collapse;width:100%;margin:10px 0;font-size:14px}\
th,td{padding:4px 10px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid #e4e7ea}
p,li,td,figcaption{overflow-wrap:anywhere}p,li,dt,dd,th,td,cite,pre{unicode-bidi:isolate}td{min-width:4.5em}\
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\
blockquote{margin:10px 0;padding:4px 12px;border-left:3px solid #d5d9de}\
cite{font-style:normal;color:#5b636d;font-size:13px}\
pre{margin:2px 0;white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
.none{color:#5b636d}footer{margin-top:40px;color:#5b636d;font-size:13px}@media print{nav{display:none}\
section{break-inside:auto}figure,tr{break-inside:avoid}}`);
