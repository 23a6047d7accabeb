import { parentPort, workerData } from 'node:worker_threads';
import { compareBest } from '../compare/compare-runs';
import { reportOfRuns } from '../report/report-of-runs';
import { loadEvents } from './load-events';
import type { WorkerTask } from './worker-task';

// A thread that does one long piece of work on run folders and ends: the host's event loop is not blocked meanwhile.

async function work(task: WorkerTask): Promise<void> {
  if (task.kind === 'compare') {
    parentPort?.postMessage(await compareBest(task.a, task.b));
    return;
  }
  if (task.kind === 'report') {
    parentPort?.postMessage(await reportOfRuns(task.request));
    return;
  }
  const packed = await loadEvents(task.request);
  const buffers = packed.columns.map((column) => column.values.buffer as ArrayBuffer);
  parentPort?.postMessage(packed, buffers);
}

work(workerData as WorkerTask).catch((error: unknown) => {
  // Thrown outside of the promise, so that the host gets it as the worker's `error`.
  setImmediate(() => {
    throw error;
  });
});
