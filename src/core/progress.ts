/** A report on work under way. `fraction` is NaN while the total is unknown. */
export interface Progress {
  readonly phase: string;
  readonly fraction: number;
  readonly detail?: string;
}
export type OnProgress = (progress: Progress) => void;
