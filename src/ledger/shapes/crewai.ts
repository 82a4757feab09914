import { answerIn } from './content.ts';
import { lineShape } from './lines.ts';
import { isoOf, nanos } from './time.ts';
import { has, isFields, nameAt, pick } from './values.ts';

/** CrewAI's log of tasks (`output_log_file`): an entry where a task begins, and one with its output where it ends. */
export const crewai = lineShape({
  id: 'crewai',
  label: 'CrewAI log',
  title: 'CrewAI log',
  one: 'finished task',
  is: (document) =>
    isFields(document) &&
    ['agent', 'status', 'timestamp'].every((key) => key in document) &&
    ('task_name' in document || 'task' in document) &&
    ['started', 'completed'].includes(nameAt(document, 'status') ?? ''),
  rowOf: (document) => {
    if (!has(document, 'agent')) return 'without a task';
    const output = pick(document, 'output');
    if (output === undefined)
      return nameAt(document, 'status') === 'completed' ? 'without an output' : 'of tasks that begin';
    return {
      ts: isoOf(nanos(pick(document, 'timestamp'))),
      agent_id: nameAt(document, 'agent'),
      thread_id: nameAt(document, 'crew_id', 'crew', 'execution_id'),
      text: answerIn(output).text,
      role: 'assistant',
      outcome: nameAt(document, 'status') === 'completed' ? 'ok' : nameAt(document, 'status'),
      task: nameAt(document, 'task_name'),
    };
  },
});
