import { useId, useMemo, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { formatCount } from '../../../core/format.ts';
import type { LedgerRow } from '../../../core/units.ts';
import type { HandoffGraph } from '../../../detection/drilldown/types.ts';
import { useHandoffs } from '../../../state/drilldown/queries.ts';
import { session, useTautline } from '../../../state/store.ts';
import { Answer, EventLink, Segmented } from '../parts.tsx';
import { layoutGraph, SIDE, type GraphNode } from './graph.ts';
import { useChoice } from '../useChoice.ts';

const LISTED = 12;
/** px beside the circle for names. */
const LABEL_ROOM = 110;
/** px from the middle within which a name stands above or below its node. */
const MIDDLE = 12;

/** Names stand outside the circle. */
function labelOf({ x, y, weight }: GraphNode): {
  readonly x: number;
  readonly y: number;
  readonly textAnchor: 'start' | 'middle' | 'end';
} {
  const room = 10 + 7 * weight;
  if (Math.abs(x - SIDE / 2) < MIDDLE) return { x, y: y > SIDE / 2 ? y + room + 9 : y - room, textAnchor: 'middle' };
  return x > SIDE / 2 ? { x: x + room, y: y + 4, textAnchor: 'start' } : { x: x - room, y: y + 4, textAnchor: 'end' };
}

function Diagram({ graph }: { readonly graph: HandoffGraph }): ReactNode {
  const layout = useMemo(() => layoutGraph(graph), [graph]);
  const id = useId();
  const most = Math.max(1, ...layout.edges.map(({ count }) => count));
  return (
    <>
      <svg
        className="handoffs"
        viewBox={`${-LABEL_ROOM} 0 ${SIDE + 2 * LABEL_ROOM} ${SIDE}`}
        role="img"
        aria-label={`Hand-offs between ${formatCount(layout.nodes.length)} agents`}
      >
        <defs>
          {(['observed', 'inferred'] as const).map((kind) => (
            <marker
              key={kind}
              id={`${id}${kind}`}
              viewBox="0 0 8 8"
              refX="6"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0,0L8,4L0,8z" className={`arrow ${kind}`} />
            </marker>
          ))}
        </defs>
        <g>
          {layout.edges.map((edge) => (
            <path
              key={`${edge.from.name} ${edge.to.name} ${edge.kind}`}
              d={edge.path}
              className={`handoff ${edge.kind}`}
              strokeWidth={1 + 3 * (edge.count / most)}
              markerEnd={`url(#${id}${edge.kind})`}
            >
              <title>
                {`${edge.from.name} → ${edge.to.name}: ${formatCount(edge.count)} ${edge.kind}` +
                  (edge.deadEnds > 0 ? `, ${formatCount(edge.deadEnds)} never answered` : '')}
              </title>
            </path>
          ))}
        </g>
        {layout.edges.map((edge) => (
          <text
            key={`${edge.from.name} ${edge.to.name} ${edge.kind}`}
            x={edge.label[0]}
            y={edge.label[1]}
            className={`handoff-count ${edge.kind}`}
          >
            {formatCount(edge.count)}
            {edge.deadEnds > 0 && <tspan className="dead-end"> ⊣{formatCount(edge.deadEnds)}</tspan>}
          </text>
        ))}
        {layout.nodes.map((node) => (
          <g key={node.name}>
            <circle cx={node.x} cy={node.y} r={5 + 7 * node.weight} className="agent-node">
              <title>
                {`${node.name}: ${formatCount(node.turns)} turns` +
                  (node.voids > 0 ? `, ${formatCount(node.voids)} pauses` : '')}
              </title>
            </circle>
            <text {...labelOf(node)} className="agent-name">
              {node.name.length > 20 ? `${node.name.slice(0, 19)}…` : node.name}
            </text>
          </g>
        ))}
      </svg>
      <p className="dim handoff-key">
        <i className="observed" /> observed: the log states it <i className="inferred" /> inferred: an @mention ends the
        message <span className="dead-end">⊣</span> never answered
        {layout.leftOut > 0 &&
          `; ${layout.leftOut === 1 ? 'one agent is' : `${formatCount(layout.leftOut)} agents are`} not drawn`}
      </p>
    </>
  );
}

/** The events at some rows, as links. */
function Rows({ rows }: { readonly rows: readonly LedgerRow[] }): ReactNode {
  const revision = useTautline((state) => state.analysis.report?.revision ?? null);
  const { data } = useQuery({
    queryKey: ['row-events', revision, rows],
    queryFn: async () => (await session.engine.rowFacts(rows)).index,
    enabled: revision !== null && rows.length > 0,
  });
  return (
    <>
      {rows.map((row, i) =>
        data && data[i] >= 0 ? (
          <EventLink key={row} index={data[i]} />
        ) : (
          <span key={row} className="dim" title="Its stream is not tracked">
            {' '}
            row {formatCount(row)}{' '}
          </span>
        ),
      )}
    </>
  );
}

function Lists({ graph }: { readonly graph: HandoffGraph }): ReactNode {
  const { loops, deadEnds, ghosts } = graph;
  const wokenFirst = [...ghosts].sort((a, b) => Number(b.wokenAt !== null) - Number(a.wokenAt !== null));
  const woke = ghosts.filter(({ wokenAt }) => wokenAt !== null).length;
  const more = (all: readonly unknown[]) =>
    all.length > LISTED ? <li className="dim">and {formatCount(all.length - LISTED)} more</li> : null;
  return (
    <div className="handoff-lists">
      <section aria-label="Loops">
        <h3>
          Loops <span className="dim">{formatCount(loops.length)}</span>
        </h3>
        {loops.length === 0 ? (
          <p className="dim">none</p>
        ) : (
          <ul>
            {loops.slice(0, LISTED).map((loop) => (
              <li key={`${loop.thread ?? ''} ${loop.rows[0]}`}>
                <span className="loop">↻</span> {[...loop.agents, loop.agents[0]].join(' → ')},{' '}
                {formatCount(loop.rounds)} rounds
                {loop.thread !== null && <span className="dim"> in {loop.thread}</span>}{' '}
                <Rows rows={loop.rows.slice(0, 6)} />
              </li>
            ))}
            {more(loops)}
          </ul>
        )}
      </section>
      <section aria-label="Dead ends">
        <h3>
          Dead ends <span className="dim">{formatCount(deadEnds.length)}, handed over and never answered</span>
        </h3>
        {deadEnds.length === 0 ? (
          <p className="dim">none</p>
        ) : (
          <ul>
            {deadEnds.slice(0, LISTED).map((one) => (
              <li key={`${one.row} ${one.to}`}>
                <span className="dead-end">⊣</span> {one.from ?? 'unknown'} → {one.to}{' '}
                <span className="dim">{one.kind}</span> <Rows rows={[one.row]} />
              </li>
            ))}
            {more(deadEnds)}
          </ul>
        )}
      </section>
      <section aria-label="Mentions without a hand-off">
        <h3>
          Mentions without a hand-off{' '}
          <span className="dim">
            {formatCount(ghosts.length)}, in code or running text: not counted as hand-offs
            {woke > 0 && `; ${formatCount(woke)} woke the agent all the same`}
          </span>
        </h3>
        {ghosts.length === 0 ? (
          <p className="dim">none</p>
        ) : (
          <ul>
            {wokenFirst.slice(0, LISTED).map((ghost, i) => (
              <li key={i}>
                {ghost.by ?? 'unknown'} names {ghost.agent}{' '}
                <span className="dim">
                  in {ghost.where}: “{ghost.quote}”
                </span>{' '}
                <Rows rows={[ghost.row]} />
                {ghost.wokenAt !== null && (
                  <span className="woke" title="It was the next to speak">
                    woke it: <Rows rows={[ghost.wokenAt]} />
                  </span>
                )}
              </li>
            ))}
            {more(ghosts)}
          </ul>
        )}
      </section>
    </div>
  );
}

function Graph({ graph }: { readonly graph: HandoffGraph }): ReactNode {
  return (
    <>
      {graph.edges.length === 0 ? (
        <p className="dim">
          No hand-off here: no event states one in “handoff_to”, and no message ends in an @mention of an agent.
        </p>
      ) : (
        <Diagram graph={graph} />
      )}
      <Lists graph={graph} />
    </>
  );
}

/** Who hands control to whom: in the thread, or in the whole ledger. */
export function HandoffView({ ofThread }: { readonly ofThread: HandoffGraph }): ReactNode {
  const [whole, setWhole] = useChoice<'thread' | 'ledger'>('handoffs', 'thread');
  const query = useHandoffs(whole === 'ledger');
  return (
    <section className="handoff-view" aria-label="Hand-offs">
      <h3>
        Hand-offs{' '}
        <Segmented
          label="Hand-offs of"
          value={whole}
          onChange={setWhole}
          options={[
            ['thread', 'this thread'],
            ['ledger', 'whole ledger'],
          ]}
        />
      </h3>
      {whole === 'thread' ? (
        <Graph graph={ofThread} />
      ) : (
        <Answer query={query} what="reading hand-offs">
          {(graph) => <Graph graph={graph} />}
        </Answer>
      )}
    </section>
  );
}
