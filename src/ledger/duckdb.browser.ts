/** Where the bundled DuckDB lies: the exception-handling build, which needs neither threads nor the network. */
export { default as wasmUrl } from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url';
export { default as workerUrl } from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url';
