import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { formatCount } from '../../core/format.ts';
import {
  AGENT_METRICS,
  type AgentMetric,
  type AgentRates,
  type AgentsResult,
} from '../../detection/drilldown/agents.ts';
import { agentsOfSide, type SideAgents } from '../../state/drilldown/compare.ts';
import { METRICS } from '../evidence/agents/metrics.ts';
import { Answer } from '../evidence/parts.tsx';
import type { Sides } from './sides.ts';

const MAX_AGENTS = 12;

/** What an agent did on either side, a → b. */
function Row({
  name,
  one,
  other,
  metrics,
}: {
  readonly name: string;
  readonly one: AgentRates | null;
  readonly other: AgentRates | null;
  readonly metrics: readonly AgentMetric[];
}): ReactNode {
  const events = (rates: AgentRates | null) => (rates ? formatCount(rates.events) : 'none');
  const tell = (rates: AgentRates | null, metric: AgentMetric) => {
    const total = rates?.metrics[metric].total ?? Number.NaN;
    return Number.isNaN(total) ? '–' : METRICS[metric].format(total);
  };
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">
        {events(one)} → {events(other)}
      </td>
      {metrics.map((metric) => (
        <td className="number" key={metric}>
          {tell(one, metric)} → {tell(other, metric)}
        </td>
      ))}
    </tr>
  );
}

function Table({ a, b }: { readonly a: SideAgents; readonly b: SideAgents }): ReactNode {
  const metrics = AGENT_METRICS.filter((metric) => a.stated.includes(metric) || b.stated.includes(metric));
  const names = [...new Set([...a.agents, ...b.agents].map(({ agent }) => agent))];
  const of = (side: AgentsResult, name: string) => side.agents.find(({ agent }) => agent === name) ?? null;
  if (names.length === 0) return <p className="dim">Neither side names an agent.</p>;
  return (
    <div className="compare-scroll" tabIndex={0} role="region" aria-label="Agents of both sides">
      <table className="compare-table">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col" className="number">
              Events
            </th>
            {metrics.map((metric) => (
              <th scope="col" className="number" key={metric} title={METRICS[metric].description}>
                {METRICS[metric].title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.length > 1 && <Row name="all together" one={a.all} other={b.all} metrics={metrics} />}
          {names.slice(0, MAX_AGENTS).map((name) => (
            <Row key={name} name={name} one={of(a, name)} other={of(b, name)} metrics={metrics} />
          ))}
        </tbody>
      </table>
      {names.length > MAX_AGENTS && (
        <p className="dim">
          The first {formatCount(MAX_AGENTS)} of {formatCount(names.length)} agents.
        </p>
      )}
      {metrics.length === 0 && <p className="dim">The ledger states nothing of what they did beyond messages.</p>}
    </div>
  );
}

/** What the agents of both sides did. */
export function AgentsSection({ a, b }: Sides): ReactNode {
  const query = useQuery({
    queryKey: ['side-agents', a.report.revision, b.report.revision, a.side, b.side],
    queryFn: () => Promise.all([agentsOfSide(a), agentsOfSide(b)]),
  });
  return (
    <Answer query={query} what="reading what agents did">
      {([one, other]) => <Table a={one} b={other} />}
    </Answer>
  );
}
