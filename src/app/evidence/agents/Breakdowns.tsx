import { type ReactNode } from 'react';
import { formatCount, formatNumber, formatPercent } from '../../../core/format.ts';
import type { AgentsView } from '../../../state/drilldown/read.ts';

const ROWS = 24;
const THOUSAND = 1000;

const more = (rows: number): ReactNode =>
  rows > ROWS && (
    <tr>
      <td className="dim" colSpan={7}>
        and {formatCount(rows - ROWS)} more
      </td>
    </tr>
  );

/** What each agent cost with each model, with the alerts that fired at its events. */
export function ByModel({ view }: { readonly view: AgentsView }): ReactNode {
  const { models, alerts, hasModels } = view;
  if (models.length === 0) return null;
  const total = models.reduce((sum, { cost }) => sum + cost, 0);
  const fired = (agent: string, model: string | null) =>
    alerts.filter((alert) => alert.agent === agent && alert.model === model).length;
  return (
    <table className="agents" aria-label="Cost by model">
      <caption>
        Cost by model, over the events that state one.
        {!hasModels && ' The file has no column “model”: costs stand by agent.'}
      </caption>
      <thead>
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">Model</th>
          <th scope="col" className="number">
            Cost
          </th>
          <th scope="col" className="number">
            of all
          </th>
          <th scope="col" className="number">
            an event
          </th>
          <th scope="col" className="number" title="Over input and output tokens">
            1,000 tokens
          </th>
          <th scope="col" className="number">
            Alerts when it spoke
          </th>
        </tr>
      </thead>
      <tbody>
        {models.slice(0, ROWS).map(({ agent, model, cost, costEvents, tokens, tokenCost }) => (
          <tr key={`${agent} ${model ?? ''}`}>
            <th scope="row">{agent}</th>
            <td>{model ?? <span className="dim">not named</span>}</td>
            <td className="number">{formatNumber(cost)} $</td>
            <td className="number dim">{total > 0 ? formatPercent(cost / total) : '–'}</td>
            <td className="number">{formatNumber(cost / costEvents)} $</td>
            <td className="number">{tokens > 0 ? `${formatNumber((tokenCost / tokens) * THOUSAND)} $` : '–'}</td>
            <td className="number">{formatCount(fired(agent, model))}</td>
          </tr>
        ))}
        {more(models.length)}
      </tbody>
    </table>
  );
}

/** How the calls of each tool went, where the ledger says so. */
export function ByTool({ view: { tools, hasTools } }: { readonly view: AgentsView }): ReactNode {
  if (!hasTools || tools.length === 0) return null;
  const judged = tools.some(({ outcomes }) => outcomes > 0);
  return (
    <table className="agents" aria-label="Tools">
      <caption>
        Tools by calls.
        {!judged && ' No call has an outcome, so nothing says how they went.'}
      </caption>
      <thead>
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">Tool</th>
          <th scope="col" className="number">
            Calls
          </th>
          {judged && (
            <>
              <th scope="col" className="number">
                went well
              </th>
              <th scope="col" className="number">
                of outcomes
              </th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {tools.slice(0, ROWS).map(({ agent, tool, calls, outcomes, ok }) => (
          <tr key={`${agent} ${tool}`}>
            <th scope="row">{agent}</th>
            <td>{tool}</td>
            <td className="number">{formatCount(calls)}</td>
            {judged && (
              <>
                <td className="number">{outcomes > 0 ? formatPercent(ok / outcomes) : '–'}</td>
                <td className="number dim">{formatCount(outcomes)}</td>
              </>
            )}
          </tr>
        ))}
        {more(tools.length)}
      </tbody>
    </table>
  );
}
