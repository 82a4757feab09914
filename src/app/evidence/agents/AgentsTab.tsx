import { type ReactNode } from 'react';
import { kindStyle } from '../../../charts/palette.ts';
import { useChartTheme } from '../../../charts/theme.ts';
import { formatCount } from '../../../core/format.ts';
import {
  AGENT_METRICS,
  DISAGREEMENT_ZONE,
  type AgentMetric,
  type AgentRates,
} from '../../../detection/drilldown/agents.ts';
import { useAgents } from '../../../state/drilldown/queries.ts';
import type { AgentsView } from '../../../state/drilldown/read.ts';
import { useTautline } from '../../../state/store.ts';
import { showAlert } from '../../alerts/show.ts';
import { KindBadge } from '../../shell/Badge.tsx';
import { openEvidence } from '../open.ts';
import { Answer, Empty, Notes, Segmented } from '../parts.tsx';
import type { Subject } from '../useSubject.ts';
import { METRICS, missingColumns, segments, topOf, ZONE_TEXT } from './metrics.ts';
import { useChoice } from '../useChoice.ts';
import { ByModel, ByTool } from './Breakdowns.tsx';
import './agents.css';

const BUCKETS = 60;
const MAX_AGENTS = 20;
const [WIDTH, HEIGHT] = [300, 34];
/** Compactions that are drawn for an agent, at most. */
const MAX_DROPS = 300;

function Spark({
  rates,
  metric,
  top,
  view,
  subject,
}: {
  readonly rates: AgentRates;
  readonly metric: AgentMetric;
  readonly top: number;
  readonly view: AgentsView;
  readonly subject: Subject;
}): ReactNode {
  const { mode } = useChartTheme();
  const series = rates.metrics[metric];
  const own = view.alerts.filter(({ agent }) => agent === rates.agent);
  const drops = metric === 'contextUse' ? view.drops.filter(({ agent }) => agent === rates.agent) : [];
  const placeOf = (fired: number): number => (fired / subject.report.events) * WIDTH;
  const lines = segments(series, top, WIDTH, HEIGHT);
  return (
    <svg
      className="spark"
      viewBox={`0 -3 ${WIDTH} ${HEIGHT + 9}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={
        `${METRICS[metric].title} of ${rates.agent} over the ledger, ${formatCount(own.length)} alerts beside it` +
        (metric === 'contextUse' ? `, ${formatCount(drops.length)} compactions` : '')
      }
    >
      {metric === 'disagreement' && (
        <rect
          x={0}
          width={WIDTH}
          y={HEIGHT - (DISAGREEMENT_ZONE[1] / top) * HEIGHT}
          height={((DISAGREEMENT_ZONE[1] - DISAGREEMENT_ZONE[0]) / top) * HEIGHT}
          className="spark-zone"
        />
      )}
      <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className="spark-base" />
      {own.map(({ alert, kind, fired }) => (
        <rect
          key={alert}
          x={placeOf(fired) - 1}
          y={-3}
          width={2}
          height={9}
          fill={kindStyle(kind, mode).color}
          opacity={0.8}
        >
          <title>{`${kind} at event ${formatCount(fired)}`}</title>
        </rect>
      ))}
      {drops.slice(0, MAX_DROPS).map(({ row, before, after }) => {
        const x = placeOf(row);
        return (
          <path key={row} className="spark-drop" d={`M${x - 3} ${HEIGHT}h6l-3 6z`}>
            <title>{`row ${formatCount(row)}: ${formatCount(before)} to ${formatCount(after)} tokens`}</title>
          </path>
        );
      })}
      {lines.map((points) =>
        points.includes(' ') ? (
          <polyline key={points} points={points} className="spark-line" />
        ) : (
          <circle key={points} cx={points.split(',')[0]} cy={points.split(',')[1]} r={1.6} className="spark-dot" />
        ),
      )}
    </svg>
  );
}

function Alerts({
  rates,
  view,
  subject,
}: {
  readonly rates: AgentRates;
  readonly view: AgentsView;
  readonly subject: Subject;
}): ReactNode {
  const own = view.alerts.filter(({ agent }) => agent === rates.agent);
  if (own.length === 0) return <span className="dim">none</span>;
  const kinds = [...new Set(own.map(({ kind }) => kind))];
  return (
    <span className="agent-alerts">
      {kinds.map((kind) => {
        const of = own.filter((alert) => alert.kind === kind);
        const first = subject.report.alerts[of[0].alert];
        return (
          <button
            key={kind}
            type="button"
            className="event-link"
            title="Open the evidence of the first"
            onClick={() => {
              if (first) {
                showAlert(first);
                openEvidence(first);
              }
            }}
          >
            <KindBadge kind={kind} /> {formatCount(of.length)}
          </button>
        );
      })}
    </span>
  );
}

function Table({
  view,
  metric,
  subject,
}: {
  readonly view: AgentsView;
  readonly metric: AgentMetric;
  readonly subject: Subject;
}): ReactNode {
  const text = METRICS[metric];
  const stated = view.agents.filter(({ metrics }) => metrics[metric].totalCount > 0);
  const shown = stated.slice(0, MAX_AGENTS);
  const top = topOf(
    shown.map(({ metrics }) => metrics[metric]),
    LEAST_TOP[metric] ?? 0.05,
  );
  const silent = view.agents.length - stated.length;
  return (
    <table className="agents">
      <caption>
        {text.description} Lines have one scale, 0 to {text.format(top)}; marks on top are the agent’s alerts.
        {shown.length < stated.length &&
          ` The ${formatCount(MAX_AGENTS)} busiest of ${formatCount(stated.length)} agents that state it.`}
        {silent > 0 && ` ${silent === 1 ? 'One agent states' : `${formatCount(silent)} agents state`} nothing.`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Agent</th>
          <th scope="col" className="number">
            Events
          </th>
          <th scope="col" className="number">
            {text.title}
          </th>
          <th scope="col" className="number">
            of {text.per}
          </th>
          {metric === 'disagreement' && <th scope="col">Zone</th>}
          <th scope="col">Over the ledger</th>
          <th scope="col">Alerts when it spoke</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((rates) => {
          const series = rates.metrics[metric];
          return (
            <tr key={rates.agent}>
              <th scope="row">{rates.agent}</th>
              <td className="number">{formatCount(rates.events)}</td>
              <td className="number">{text.format(series.total)}</td>
              <td className="number dim">{formatCount(series.totalCount)}</td>
              {metric === 'disagreement' && (
                <td className={`zone ${rates.disagreementZone.replaceAll(' ', '-')}`}>
                  {ZONE_TEXT[rates.disagreementZone]}
                </td>
              )}
              <td className="spark-cell">
                <Spark rates={rates} metric={metric} top={top} view={view} subject={subject} />
              </td>
              <td>
                <Alerts rates={rates} view={view} subject={subject} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** The least that a scale reaches up to, where that is not 5 %. */
const LEAST_TOP: Readonly<Partial<Record<AgentMetric, number>>> = {
  disagreement: 0.5,
  costPerTask: 1e-9,
  contextUse: 1,
  autonomyLevel: 1,
};

const NO_COLUMNS: readonly string[] = [];

function Missing({ metrics }: { readonly metrics: readonly AgentMetric[] }): ReactNode {
  const mapping = useTautline((state) => (state.ledger.phase === 'open' ? state.ledger.report.mapping : null));
  const mapped = mapping ? Object.keys(mapping) : NO_COLUMNS;
  if (metrics.length === 0) return null;
  return (
    <ul className="evidence-notes">
      {metrics.map((metric) => {
        const missing = missingColumns(metric, mapped);
        return (
          <li key={metric}>
            {METRICS[metric].title}:{' '}
            {missing.length > 0 ? (
              <>
                the ledger has no column{' '}
                {missing.map((column, i) => (
                  <span key={column}>
                    {i > 0 && ' and '}
                    <code>{column}</code>
                  </span>
                ))}
              </>
            ) : (
              <>{METRICS[metric].absent}</>
            )}
            .
          </li>
        );
      })}
    </ul>
  );
}

function Shown({ view, subject }: { readonly view: AgentsView; readonly subject: Subject }): ReactNode {
  const [chosen, setChosen] = useChoice<AgentMetric>('metric', view.stated[0]);
  const unstated = AGENT_METRICS.filter((metric) => !view.stated.includes(metric));
  if (view.agents.length === 0)
    return (
      <Empty>
        The ledger names no agents: it has neither <code>agent_id</code> nor <code>provider_id</code>.
      </Empty>
    );
  if (view.stated.length === 0) {
    return (
      <>
        <Empty>The ledger says nothing of what agents did beyond their messages. These columns would show it:</Empty>
        <Missing metrics={unstated} />
      </>
    );
  }
  const metric = view.stated.includes(chosen) ? chosen : view.stated[0];
  return (
    <>
      <div className="evidence-tools">
        <Segmented
          label="Rate"
          value={metric}
          onChange={setChosen}
          options={view.stated.map((one) => [one, METRICS[one].title] as const)}
        />
      </div>
      <Table view={view} metric={metric} subject={subject} />
      <ByModel view={view} />
      <ByTool view={view} />
      <Notes notes={view.notes} />
      <Missing metrics={unstated} />
    </>
  );
}

/** Rates of every agent over the ledger, with its alerts beside. */
export function AgentsTab({ subject }: { readonly subject: Subject }): ReactNode {
  const query = useAgents('event', BUCKETS);
  return (
    <Answer query={query} what="reading what agents did">
      {(view) => <Shown view={view} subject={subject} />}
    </Answer>
  );
}
