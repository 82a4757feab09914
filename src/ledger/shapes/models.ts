/** Families of models that name their maker plainly, where a log states the model only. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|chatgpt|o[134](?:-|$)|text-davinci|davinci)/, 'openai'],
  [/^claude/, 'anthropic'],
  [/^(?:gemini|gemma|palm)/, 'google'],
  [/^(?:mistral|mixtral|codestral|ministral|magistral)/, 'mistral'],
  [/^(?:meta-)?llama/, 'meta'],
  [/^command/, 'cohere'],
  [/^(?:deepseek)/, 'deepseek'],
  [/^(?:qwen|qwq)/, 'alibaba'],
  [/^grok/, 'xai'],
];

/** The maker of a model by its name, "openai/gpt-4o" or "gpt-4o"; a name that tells none stands for itself. */
export function makerOf(model: string | undefined): string | undefined {
  if (model === undefined) return undefined;
  const slash = model.indexOf('/');
  if (slash > 0) return model.slice(0, slash);
  const lower = model.toLowerCase();
  return MAKERS.find(([pattern]) => pattern.test(lower))?.[1] ?? model;
}
