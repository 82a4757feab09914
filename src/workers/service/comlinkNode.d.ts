/** comlink types its adapter for Node under a name that Node itself does not resolve. */
declare module 'comlink/dist/esm/node-adapter.mjs' {
  export { default } from 'comlink/dist/esm/node-adapter';
}
