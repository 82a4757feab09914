import { explain, toTautlineError } from '../../core/errors.ts';
import { formatCount, formatNumber } from '../../core/format.ts';
import { changeChannelOf } from '../../detection/channels/table.ts';
import type { WhatChanged } from '../../detection/drilldown/changed/types.ts';
import {
  axisSizeText,
  axisText,
  changeSentences,
  changeSummary,
  conversationsText,
  figureText,
} from '../../detection/drilldown/changed/words.ts';
import type { ReportBlock, ReportSection } from '../../detection/drilldown/report/report.ts';
import type { AnalysisReport, EngineApi } from '../../workers/protocol.ts';
import type { Tables } from '../tables.ts';
import { table } from './reportTable.ts';
import { textsOfRowsSql } from './sql.ts';

/** Axes whose messages are quoted, messages on each side, and characters of one. */
const QUOTED = 3;
const QUOTES = 2;
const MOST_CHARACTERS = 800;
/** Alerts that are told in words in a report of the session. */
const MOST_LINES = 30;

/** What changed for good, with the messages that show it. */
export async function changedSection(
  tables: Pick<Tables, 'query'>,
  found: WhatChanged,
  budget: number,
): Promise<ReportSection> {
  const sides = found.axes
    .slice(0, QUOTED)
    .flatMap(({ label, before, since }) => [
      ...before.slice(0, QUOTES).map((message) => ({ ...message, when: `${label}, before` })),
      ...since.slice(0, QUOTES).map((message) => ({ ...message, when: `${label}, since` })),
    ]);
  const texts = sides.length === 0 ? [] : await tables.query(textsOfRowsSql(sides.map(({ row }) => row)));
  const textOf = new Map(texts.map(({ row, text }) => [row as number, text as string | null]));
  return {
    title: 'What changed',
    blocks: [
      { kind: 'list', items: changeSentences(found, budget) },
      table(
        'What speaks most for a change',
        ['What', '# Size', 'Before and since', '# Weight'],
        found.axes.map((axis) => [
          axisText(axis),
          axisSizeText(axis),
          axis.figure ? figureText(axis.figure) : '',
          formatNumber(axis.weight, 2),
        ]),
      ),
      ...sides.flatMap(({ index, row, when }): ReportBlock[] => {
        const text = textOf.get(row);
        if (!text) return [];
        const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)} …` : text;
        return [{ kind: 'quote', by: `${when}: event ${formatCount(index)}`, text: cut }];
      }),
      { kind: 'list', items: found.notes },
    ],
  };
}

/** One line for every alert of style, meaning and behaviour. */
export async function changedLines(
  engine: Pick<EngineApi, 'whatChanged'>,
  { alerts, streams }: Pick<AnalysisReport, 'alerts' | 'streams'>,
): Promise<ReportBlock[]> {
  const all = alerts.flatMap((alert, number) => (changeChannelOf(alert.kind) === null ? [] : [{ alert, number }]));
  const items: string[] = [];
  for (const { alert, number } of all.slice(0, MOST_LINES)) {
    const said = await engine
      .whatChanged(number, () => undefined)
      .then(
        (found) => `${changeSummary(found)} (${conversationsText(found)}).`,
        (thrown: unknown) => `not in this report. ${explain(toTautlineError(thrown, 'what changed'))}`,
      );
    items.push(
      `${alert.kind} of ${streams[alert.stream].name}, since about event ${formatCount(alert.onset)}: ${said}`,
    );
  }
  if (all.length > MOST_LINES) items.push(`And ${formatCount(all.length - MOST_LINES)} more.`);
  return items.length > 0 ? [{ kind: 'list', items }] : [];
}
