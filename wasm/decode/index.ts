export { heapBase } from '../memory';
export { inflate } from './zstd';
export { lookUp, nullCount, placeLists, readDefinitions, readRepetitions } from './lists';
