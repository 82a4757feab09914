export * from './memory';
export * from './bootstrap';
