/** The paper that the method comes from, as it is cited. */
export const PAPER = {
  short: 'Gwamanda 2026',
  text:
    'Paul Gwamanda and AIRI Collective, “Autonomous Engineering: When AI Agents Design Production-Grade ' +
    'Infrastructure Without Human Specification”, draft v1, June 2026.',
  url: 'https://www.paulgwamanda.com/research/autonomous-engineering',
} as const;
