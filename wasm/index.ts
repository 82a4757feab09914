export * from './memory';
export * from './bootstrap';
export { generateSlots, generatorInit, generatorStateBytes } from './generator';
