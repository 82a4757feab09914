import { formatCount, formatNumber, formatPercent, formatQuantity } from '../../core/format.ts';
import type { EventIndex } from '../../core/units.ts';
import { changeSentences } from '../../detection/drilldown/changed/words.ts';
import type { ReportBlock, ReportSection } from '../../detection/drilldown/report/report.ts';
import type {
  Attribution,
  CharacteristicTerm,
  Investigation,
  TransportPlan,
  WordsResult,
} from '../../detection/drilldown/types.ts';
import type { Tables } from '../tables.ts';
import { table } from './reportTable.ts';
import { textsOfRowsSql } from './sql.ts';

/** Rows of a table at most. */
const LISTED = 12;
/** Texts quoted at most. */
const QUOTES = 6;

export async function attributionSection(tables: Pick<Tables, 'query'>, a: Attribution): Promise<ReportSection> {
  const events = a.events.slice(0, LISTED);
  const groups = (caption: string, of: Attribution['agents']): ReportBlock[] =>
    of.length < 2
      ? []
      : [
          table(
            caption,
            ['Name', '# Events', '# Share'],
            of.slice(0, LISTED).map((g) => [g.name ?? 'none stated', formatCount(g.events), formatPercent(g.share)]),
          ),
        ];
  const telling = events.slice(0, QUOTES);
  const texts = telling.length === 0 ? [] : await tables.query(textsOfRowsSql(telling.map(({ row }) => row)));
  const textOf = new Map(texts.map((row) => [row.row as number, row.text as string | null]));
  return {
    title: 'Whose events make up the difference',
    blocks: [
      {
        kind: 'text',
        text:
          `Friction at event ${formatCount(a.at)} is ${formatNumber(a.friction)}, ` +
          `KL ${formatQuantity(a.kl, 'nats')}. ` +
          'Shares are exact and add up to 100 % with what is left of the start ' +
          `(${formatPercent(Math.abs(a.initial.share) < 1e-6 ? 0 : a.initial.share)}).`,
      },
      table(
        'Events by share of the friction',
        ['Event', 'Agent', 'Thread', '# Weight', '# Share'],
        events.map((e) => [
          formatCount(e.index),
          e.agent ?? '',
          e.thread ?? '',
          formatNumber(e.weight),
          formatPercent(e.share),
        ]),
      ),
      ...groups('Agents', a.agents),
      ...groups('Threads', a.threads),
      table(
        'Directions by share of KL',
        ['Direction', '# Eigenvalue', '# Nats', '# Share', 'Events furthest out on either side'],
        a.directions.slice(0, 5).map((d, i) => [
          formatCount(i + 1),
          formatNumber(d.eigenvalue),
          formatNumber(d.nats),
          formatPercent(d.share),
          [d.high, d.low]
            .map(
              (side) =>
                side
                  .slice(0, 3)
                  .map((e) => `${formatCount(e.index)} (${formatNumber(e.projection)})`)
                  .join(', ') || 'none',
            )
            .join(' / '),
        ]),
      ),
      ...telling.flatMap((e): ReportBlock[] => {
        const text = textOf.get(e.row);
        return text
          ? [
              {
                kind: 'quote',
                by: `Event ${formatCount(e.index)}${e.agent ? `, ${e.agent}` : ''}: ${formatPercent(e.share)}`,
                text: text.length > 1500 ? `${text.slice(0, 1500)} …` : text,
              },
            ]
          : [];
      }),
      { kind: 'list', items: a.notes },
    ],
  };
}

export function transportSection(plan: TransportPlan): ReportSection {
  const position = (events: readonly EventIndex[]) => new Map(events.map((event, i) => [event, i]));
  const before = position(plan.before.events);
  const after = position(plan.after.events);
  return {
    title: 'Where meanings moved',
    blocks: [
      {
        kind: 'text',
        text:
          `Exact Earth Mover's Distance ${formatNumber(plan.emd)}, ` +
          `between "${plan.before.title}" and "${plan.after.title}".`,
      },
      {
        kind: 'map',
        map: {
          title: `Principal plane, ${formatPercent(plan.plane.explained[0] + plan.plane.explained[1])} of the variance`,
          before: { name: plan.before.title, points: plan.plane.before },
          after: { name: plan.after.title, points: plan.plane.after },
          moves: plan.moves.map(({ from, to }) => [before.get(from)!, after.get(to)!]),
        },
      },
      table(
        'Longest moves',
        ['# From event', '# To event', '# Cost'],
        plan.moves
          .slice(0, LISTED)
          .map(({ from, to, cost }) => [formatCount(from), formatCount(to), formatNumber(cost)]),
      ),
      { kind: 'list', items: plan.notes },
    ],
  };
}

export function wordsSection(words: WordsResult): ReportSection {
  const terms = (caption: string, of: readonly CharacteristicTerm[]) =>
    table(
      caption,
      ['Term', '# In the window', '# In the reference', '# z'],
      of
        .filter(({ isFunction }) => !isFunction)
        .slice(0, LISTED)
        .map((t) => [t.term, formatCount(t.window), formatCount(t.reference), formatNumber(t.z)]),
    );
  const { window, reference } = words;
  return {
    title: 'Words',
    blocks: [
      terms('Said more in the window', words.more),
      terms('Said less in the window', words.less),
      table(
        'Length and vocabulary',
        ['', '# Texts', '# Median characters', '# Median words', '# Different words', '# of all'],
        [
          ['Window', window],
          ['Reference', reference],
        ].map(([name, p]) => {
          const profile = p as WordsResult['window'];
          return [
            name as string,
            formatCount(profile.texts),
            formatNumber(profile.characters),
            formatNumber(profile.words),
            formatCount(profile.types),
            formatPercent(profile.typeTokenRatio),
          ];
        }),
      ),
      { kind: 'list', items: words.notes },
    ],
  };
}

export function investigationSection(found: Investigation): ReportSection {
  return {
    title: found.alert
      ? `Investigation of ${found.alert.kind} at event ${formatCount(found.alert.fired)}`
      : `Investigation of ${found.stream} from event ${formatCount(found.windows.window.from)} on`,
    blocks: [
      ...(found.changed
        ? [{ kind: 'list' as const, items: changeSentences(found.changed, found.parameters.false_alarm_budget) }]
        : []),
      { kind: 'text', text: found.windows.note },
      {
        kind: 'list',
        items: found.smallest.map(
          (sentence) => `What would have been found in four of five such stretches. ${sentence}`,
        ),
      },
      table(
        found.alert ? 'What goes together with the alert' : 'What differs in the stretch',
        ['Finding', 'Test', '# Effect', '# p', '# p, corrected', 'Could have shown', 'Events'],
        found.hypotheses.map((h) => [
          h.statement,
          h.test,
          `${h.effect.measure} ${formatNumber(h.effect.value)}`,
          formatNumber(h.p),
          formatNumber(h.pAdjusted),
          h.smallest?.text ?? '',
          h.evidence.events
            .slice(0, 5)
            .map((e) => formatCount(e))
            .join(', '),
        ]),
      ),
      table(
        'Tests',
        ['Test', 'Outcome', '# Looks', '# Seed', '# Time', 'Remarks'],
        found.tests.map((e) => [
          e.title,
          e.status,
          formatCount(e.looks),
          String(e.seed),
          formatQuantity(e.ms, 'ms'),
          e.reason ?? '',
        ]),
      ),
      {
        kind: 'list',
        items: [`Begun ${found.startedAt}, ${formatQuantity(found.ms, 'ms')}, seed ${found.seed}.`, ...found.notes],
      },
    ],
  };
}
