import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from '../../domain/detection/device';

/** Beside a run one thread fewer than cores, so that training keeps its pace; alone, all of them. */
function sessionThreads(): number {
  const cores = availableParallelism();
  return process.env.PITWALL_RUN === undefined ? cores : Math.max(1, cores - 1);
}

/** The CPU provider follows every other one: it runs what that one has no kernel for. */
export function sessionOptions(device: Device): InferenceSession.SessionOptions {
  return {
    executionProviders: providersOf(device),
    intraOpNumThreads: sessionThreads(),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // DirectML refuses memory patterns (onnxruntime, DirectML execution provider: configuration).
    enableMemPattern: device.provider !== 'dml',
    logSeverityLevel: 3,
    // Spinning threads take the cores that training needs: a step went from 11 to 45 ms beside a spinning validator.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

function providersOf({ provider, index }: Device): InferenceSession.ExecutionProviderConfig[] {
  if (provider === 'cpu') return ['cpu'];
  if (provider === 'cuda') return [{ name: 'cuda', deviceId: index ?? 0 }, 'cpu'];
  if (provider === 'dml') return [{ name: 'dml', deviceId: index ?? 0 }, 'cpu'];
  return [provider, 'cpu'];
}
