import { availableParallelism } from 'node:os';

/** Options of a session alone that a validator's share is taken of: those that the product's own sessions have. */
export const bareSessionOptions = (executionProviders) => ({
  executionProviders,
  intraOpNumThreads: availableParallelism(),
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});
