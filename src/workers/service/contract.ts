import type { OnProgress } from '../../core/progress.ts';

/**
 * What a worker can be asked, declared once: a method is a row with its type, the words for it in errors, and how its
 * arguments and its answer cross to the other thread. Both sides are derived from the rows (rpcAdapter.ts), and so is
 * the type that an implementation has to have (`ApiOf`).
 */
export type Contract = Readonly<Record<string, Question<Asked> | Order>>;

/** The methods of a contract, as whoever asks and whoever answers sees them. */
export type ApiOf<C extends Contract> = {
  readonly [M in keyof C]: C[M] extends Question<infer F> ? F : () => void;
};

/** Any method that answers: the constraint of a row's type. */
export type Asked = (...asked: never[]) => Promise<unknown>;

declare const TYPE: unique symbol;

/** A method that answers. */
export interface Question<F extends Asked> {
  readonly [TYPE]?: F;
  readonly kind: 'question';
  readonly doing: (...asked: Parameters<F>) => string;
  readonly moved: Moved<Awaited<ReturnType<F>>>;
  readonly callbacks: readonly PlacedCallback[];
}

/** A method without arguments or answer: whoever gives it does not wait. */
export interface Order {
  readonly kind: 'order';
  readonly doing: () => string;
}

/**
 * True if the arrays in the answer were made for the call: their buffers are moved to the other thread, not cloned,
 * and the worker cannot read them afterwards. A function lists the buffers where arrays share some.
 */
type Moved<A> = boolean | ((answer: A) => ArrayBuffer[]);

/** How a callback of type `F` crosses. */
interface CallbackKind<F> {
  readonly [TYPE]?: F;
  /** Words for what it does with what it is given, which is moved; null if that is cloned. */
  readonly taking: string | null;
  /** True if no more calls cross than the eye can follow. */
  readonly paced: boolean;
}

interface PlacedCallback {
  readonly at: number;
  readonly kind: CallbackKind<unknown>;
}

type Callback = (...given: never[]) => unknown;
/** The arguments of a method that are callbacks, by position. */
type CallbacksOf<P extends readonly unknown[]> = {
  readonly [I in keyof P & `${number}` as NonNullable<P[I]> extends Callback ? I : never]: CallbackKind<
    NonNullable<P[I]>
  >;
};

type QuestionRow<F extends Asked> = {
  /** What the worker is doing: "drawing kl". Part of every error that has no words of its own. */
  readonly doing: string | ((...asked: Parameters<F>) => string);
  readonly moved?: Moved<Awaited<ReturnType<F>>>;
} & (keyof CallbacksOf<Parameters<F>> extends never
  ? { readonly callbacks?: undefined }
  : {
      /** How each callback among the arguments crosses, by its position. */
      readonly callbacks: CallbacksOf<Parameters<F>>;
    });

/** A row of a contract: a method of type `F`. */
export function question<F extends Asked>({ doing, moved = false, callbacks }: QuestionRow<F>): Question<F> {
  return {
    kind: 'question',
    doing: typeof doing === 'string' ? () => doing : doing,
    moved,
    callbacks: Object.entries(callbacks ?? {}).map(([at, kind]) => ({
      at: Number(at),
      kind: kind as CallbackKind<unknown>,
    })),
  };
}

/** A row of a contract: something that a worker is told. */
export const order = (doing: string): Order => ({ kind: 'order', doing: () => doing });

/** Called with small values, which are cloned. */
export const news = <A>(): CallbackKind<(given: A) => unknown> => ({ taking: null, paced: false });

/** Reports of progress: no more of them cross than the eye can follow. */
export const PROGRESS: CallbackKind<OnProgress> = { taking: null, paced: true };

/** Takes what was made for the call, whose buffers are moved; its failures keep their kind on the way to the worker. */
export const takes = <A>(doing: string): CallbackKind<(given: A) => Promise<void>> => ({ taking: doing, paced: false });
