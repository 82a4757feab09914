import { agrees, type EventPlace, type Naming } from './conduct.ts';
import { halves, mix } from './mix.ts';

/**
 * Short messages for generated ledgers, so that drill-down has something to read: a voice for each provider, a topic
 * for each thread, and a change of both with the fault. A pure function of seed and event.
 */

export const LABELS = ['transient', 'fracture', 'homogenisation', 'backoff'] as const;

const TOPICS = [
  'the checkout timeout',
  'the invoice export',
  'the search index',
  'the login redirect',
  'the nightly backup',
  'the rate limiter',
  'the payment webhook',
  'the image resizer',
  'the audit trail',
  'the mobile sync',
] as const;
const PARTS = [
  'retry path',
  'cache layer',
  'schema',
  'queue consumer',
  'error handling',
  'config loader',
  'date parsing',
  'access check',
] as const;
const FINDINGS = [
  'two requests out of three hit the same shard',
  'the lock is held across the network call',
  'an empty list is treated as a failure',
  'the second attempt repeats the first',
  'a time zone is dropped on the way',
  'the log stops one line too early',
] as const;
const CHECKS = [
  'unit tests pass',
  'the replay of yesterday is clean',
  'the type check is quiet',
  'load stays flat',
  'the diff is nine lines',
] as const;

/** One voice a provider: planner, analyst, builder, reviewer. */
const VOICES: readonly (readonly string[])[] = [
  [
    'Plan for {topic}: first the {part}, then we measure again.',
    'Let us split {topic} in two and start with the {part}.',
    'Next step on {topic}: confirm that {finding}.',
    'I would leave the {part} alone until {topic} is reproduced.',
  ],
  [
    'I traced {topic} to the {part}: {finding}.',
    'The numbers on {topic} say that {finding}.',
    'Looking at the {part}, {finding}; that explains {topic}.',
    'Half of the cases in {topic} come from the {part}.',
  ],
  [
    'Patched the {part} for {topic}; {check}.',
    'I have a change ready for {topic}: the {part} now stops early, and {check}.',
    'Rewrote the {part}. For {topic} that means {check}.',
    'Trying {topic} with a smaller {part}; {check} so far.',
  ],
  [
    'Reviewing {topic}: the {part} still worries me, because {finding}.',
    'The change to the {part} looks right for {topic}; {check}.',
    'One question on {topic}: what if {finding}?',
    'Approved for {topic}, on condition that {check}.',
  ],
];

const ELSEWHERE = [
  'The tide tables for the harbour need another column for spring tides.',
  'A starter that smells of apples wants feeding twice a day.',
  'In the third movement the cellos come in a bar before anyone expects them.',
  'The orchard on the north slope flowers nine days late.',
  'Moss grows on this roof only where the chimney keeps it warm.',
  'There are eleven words for drizzle here and none for thunder.',
] as const;
const OUTLIERS = [
  'Never mind all that: has anyone seen the lighthouse keeper?',
  'Purple, obviously. It was always going to be purple.',
  'Sorry, wrong window: two tickets for Friday, please.',
] as const;
const AGREEMENT = ['Agreed, that is the best approach.', 'Agreed, that is the best approach for {topic}.'] as const;

/** One way a provider to end a message with a hand-off: only a mention at the end wakes anyone. */
const HANDOVERS = [
  'Please take the next step, {agent}',
  'Can you check that, {agent}?',
  'Over to {agent}.',
  'Back to you, {agent}.',
] as const;
const GHOSTS = ['That is what {agent} saw as well.', 'As {agent} wrote a moment ago, it can wait.'] as const;
const GHOSTS_IN_CODE = ['See `owner: {agent}` in the config.', 'The log reads `notify {agent} failed`.'] as const;

/** The message of an event. @param naming whom it names, and the names of all agents */
export function messageOf(
  place: EventPlace,
  naming: { readonly whom: Naming; readonly agents: readonly string[] } | null,
): string {
  const { seed, event, provider, thread } = place;
  const pick = <T>(options: readonly T[], salt: number): T =>
    options[mix(...halves(seed), event, salt) % options.length];
  const topic = TOPICS[mix(seed % 2 ** 32, thread, 7) % TOPICS.length];
  const filled = pick(templatesOf(place), 1)
    .replaceAll('{topic}', topic)
    .replaceAll('{part}', pick(PARTS, 2))
    .replaceAll('{finding}', pick(FINDINGS, 3))
    .replaceAll('{check}', pick(CHECKS, 4));
  const message = filled[0].toUpperCase() + filled.slice(1);
  if (!naming) return message;
  const { whom, agents } = naming;
  const clause = whom.kind === 'hand-off' ? HANDOVERS[provider] : pick(whom.inCode ? GHOSTS_IN_CODE : GHOSTS, 6);
  return `${message} ${clause.replaceAll('{agent}', `@${agents[whom.agent]}`)}`;
}

function templatesOf(place: EventPlace): readonly string[] {
  switch (place.fault?.kind) {
    case 'transient':
      return OUTLIERS;
    case 'fracture':
      return ELSEWHERE;
    default:
      // In spells of back-off too a provider keeps its voice: only latency and scatter change there.
      return agrees(place) ? AGREEMENT : VOICES[place.provider];
  }
}
