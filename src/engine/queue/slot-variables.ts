import os from 'node:os';
import type { Slots } from '../../domain/run/turns';

/** Variables of the processes of a run. */
export type RunVariables = Readonly<Record<string, string>>;

/** Runs at once share the cores; with GPUs each has one of its own. */
export function slotVariables({ parallel, devices }: Slots): RunVariables[] {
  const threads = sharedThreads(parallel);
  return Array.from({ length: parallel }, (_, i) =>
    devices.length === 0 ? threads : { ...threads, ...onDevice(devices[i % devices.length]) },
  );
}

export function sharedThreads(parallel: number): RunVariables {
  if (parallel <= 1) return {};
  const threads = String(Math.max(1, Math.floor(os.availableParallelism() / parallel)));
  return { PITWALL_THREADS: threads, OMP_NUM_THREADS: threads };
}

export const onDevice = (device: string): RunVariables => ({ CUDA_VISIBLE_DEVICES: device });
