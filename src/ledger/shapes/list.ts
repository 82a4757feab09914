import { actReading } from './acts.ts';
import { autogen } from './autogen.ts';
import { autogenLog } from './autogenLog.ts';
import { crewai } from './crewai.ts';
import { jaeger, zipkin } from './foreign.ts';
import { langfuse } from './langfuse.ts';
import { langsmith } from './langsmith.ts';
import { bareMessages, messages } from './messages.ts';
import { metagpt } from './metagpt.ts';
import { openaiAgents } from './openaiAgents.ts';
import { isOtlp, otlpSpans } from './otlp.ts';
import { isSpan, sdkSpan } from './sdkSpans.ts';
import type { Shape } from './shape.ts';
import { actOfSpan, type Span } from './spans.ts';
import { transcripts } from './transcripts.ts';

const spanShape = (
  id: string,
  label: string,
  is: Shape['is'],
  spansOf: (document: unknown) => readonly Span[],
): Shape => ({
  id,
  label,
  is,
  hasKinds: true,
  begin: (options) =>
    actReading(
      {
        title: 'OpenTelemetry spans',
        one: 'span',
        actsOf: (document) =>
          spansOf(document)
            .map(actOfSpan)
            .filter((act) => !act.isNote || act.kind !== 'other'),
        advice:
          'Let the instrumentation capture what is said, with ' +
          'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true or what it has in its place, and record again',
      },
      options,
    ),
});

export const otlp = spanShape('otlp', 'OTLP', isOtlp, otlpSpans);
/** Spans that are there already, a list of them a document. */
export const spanLists = spanShape('otlp', 'OTLP', Array.isArray, (document) => document as readonly Span[]);
const spans = spanShape('spans', 'spans', isSpan, (document) => [sdkSpan(document)].filter((span) => span !== null));

/** Every shape; the first that knows a document reads its file. */
const SHAPES: readonly Shape[] = [
  otlp,
  langfuse,
  langsmith,
  openaiAgents,
  spans,
  autogenLog,
  transcripts,
  metagpt,
  autogen,
  crewai,
  messages,
  bareMessages,
  jaeger,
  zipkin,
];

/** The shape of the first of some documents that any knows; null if none does. */
export function shapeOf(documents: readonly unknown[]): Shape | null {
  for (const document of documents) {
    const found = SHAPES.find((shape) => shape.is(document));
    if (found) return found;
  }
  return null;
}
