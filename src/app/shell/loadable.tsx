import { useEffect, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { explain, toTautlineError } from '../../core/errors.ts';

/** A component whose code comes later. */
export interface Loadable<P> {
  /** Fetches the code; a failure is shown where the component is, with a way to try again. */
  load(): void;
  readonly Component: (props: P) => ReactNode;
}

/**
 * Not `lazy` of React, which holds back for 300 ms what replaces a fallback, and again where the code is there already:
 * these have to be there at once.
 * @param what in words, for "Loading the charts…"
 */
export function loadable<P extends object>(what: string, fetch: () => Promise<(props: P) => ReactNode>): Loadable<P> {
  const state = createStore<{ readonly Loaded: ((props: P) => ReactNode) | null; readonly thrown: unknown }>(() => ({
    Loaded: null,
    thrown: null,
  }));
  let loading = false;

  function load(): void {
    if (loading) return;
    loading = true;
    fetch().then(
      (Loaded) => state.setState({ Loaded, thrown: null }),
      (thrown: unknown) => {
        loading = false;
        state.setState({ thrown });
      },
    );
  }

  function Component(props: P): ReactNode {
    const { Loaded, thrown } = useStore(state);
    useEffect(load, []);
    if (Loaded) return <Loaded {...props} />;
    if (thrown !== null) {
      return (
        <div className="region-loading" role="alert">
          <p className="field-problem">{explain(toTautlineError(thrown, `loading ${what}`))}</p>
          <button type="button" className="button small" onClick={load}>
            Try again
          </button>
        </div>
      );
    }
    return <p className="region-loading">Loading {what}…</p>;
  }

  return { load, Component };
}
