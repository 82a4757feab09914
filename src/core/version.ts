import { version } from '../../package.json';

/** Program and version, as files name who wrote them. */
export const PROGRAM = `tautline ${version}`;
