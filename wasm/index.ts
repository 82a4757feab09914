export * from './memory';
export { assign, euclideanCosts } from './assignment';
export {
  factorBytes, factorise, factorLogDeterminant, factorSolve, factorTrace, factorUpdate, symmetricBytes,
} from './cholesky';
export { change, changeRecordBytes, changeRecords, changeWindow } from './change';
export { changeRecall, changeStateBytes } from './changeState';
export { covarianceAccumulate, covarianceFinish, mirrorUpper } from './covariance';
export { downsample } from './downsample';
export { eigenAccumulate, eigenIterate, eigenPrepare, eigenReduce } from './eigen';
export { chebyshevStep, combineRows, multiplyRows, orthonormalise } from './matrix';
export { projectOffsets, projectRows } from './project';
export { generateSlots, generatorInit, generatorStateBytes } from './generator';
export { cusum, detectors, episodesWritten } from './detectors';
export { runLengthScratchBytes, runLengths } from './runlength';
export { gaussianKl } from './divergence';
export { style } from './style';
export * from './stages';
