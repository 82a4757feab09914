/** What is used of packages that are installed apart (decision 0048). */

/** @duckdb/duckdb-wasm of the peers, under a name of its own: that of the app is another. */
declare module 'duckdb-of-peers' {
  export class VoidLogger {
    log(entry: unknown): void;
  }
  export interface AsyncDuckDBConnection {
    insertArrowFromIPCStream(
      buffer: Uint8Array,
      options: { readonly name: string; readonly create: boolean },
    ): Promise<void>;
    query(sql: string): Promise<unknown>;
  }
  export class AsyncDuckDB {
    constructor(logger: VoidLogger, worker: Worker);
    instantiate(mainModule: string): Promise<unknown>;
    connect(): Promise<AsyncDuckDBConnection>;
  }
}

declare module '@uwdata/vgplot' {
  interface Coordinator {
    databaseConnector(connector: unknown): void;
  }
  export function coordinator(): Coordinator;
  export function wasmConnector(options: { readonly duckdb: unknown; readonly connection: unknown }): unknown;
  type Directive = (plot: unknown) => void;
  export function plot(...directives: readonly Directive[]): HTMLElement & { readonly value: Plot };
  interface Plot {
    addEventListener?(type: string, listener: () => void): void;
    readonly synchronizer: { readonly promise: Promise<void> };
  }
  export function lineY(data: unknown, options: object): Directive;
  export function from(table: string): unknown;
  export function width(pixels: number): Directive;
  export function height(pixels: number): Directive;
}

declare module 'embedding-atlas' {
  export class EmbeddingViewMosaic {
    constructor(target: HTMLElement, props: object);
    destroy(): void;
  }
}
