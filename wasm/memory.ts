/** First byte after the module's static data: where the host's bump arena begins. */
export function heapBase(): usize {
  return __heap_base;
}
