/** Section of docs/methods.md that explains a panel, by the id of the panel. */
export const METHODS_OF_PANELS: Readonly<Record<string, number>> = {
  alerts: 8,
  coupling: 6,
  cusum: 8,
  displacement: 8,
  divergence: 4,
  entropy: 4,
  friction: 4,
  latency: 5,
  routes: 8,
  shift: 6,
  tension: 6,
};
