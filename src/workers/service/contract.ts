import { transfer } from 'comlink';
import { paced, type OnProgress } from '../../core/progress.ts';
import { movable, plainErrors } from './transfer.ts';

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
 * True where the arrays in the answer were made for the call: their buffers are moved to the other thread, not cloned,
 * and the worker cannot read them afterwards. A function lists the buffers where arrays share some.
 */
type Moved<A> = boolean | ((answer: A) => ArrayBuffer[]);

/** How a callback crosses: what is wrapped around it on the asking side and on the side of the worker. */
export interface CallbackKind<F> {
  readonly asking: (callback: F) => F;
  readonly answering: (callback: F) => F;
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

const same = <F>(callback: F): F => callback;

/** Called with small values, which are cloned. */
export const news = <A>(): CallbackKind<(given: A) => unknown> => ({ asking: same, answering: same });

/** Reports of progress: no more of them cross than the eye can follow. */
export const PROGRESS: CallbackKind<OnProgress> = { asking: same, answering: (onProgress) => paced(onProgress) };

/** Takes what was made for the call, whose buffers are moved; its failures keep their kind on the way to the worker. */
export const takes = <A>(doing: string): CallbackKind<(given: A) => Promise<void>> => ({
  asking: (take) => (given) => plainErrors(doing, () => take(given)),
  answering: (take) => (given) => {
    const { value, buffers } = movable(given);
    return take(transfer(value as A, buffers));
  },
});
