import { parentPort, workerData } from 'node:worker_threads';
import { type LoadRequest, loadEvents } from './load-events';

// A thread that reads one big event log and ends: the host's event loop is not held up meanwhile.

loadEvents(workerData as LoadRequest).then(
  (packed) => {
    const buffers = packed.columns.map((column) => column.values.buffer as ArrayBuffer);
    parentPort?.postMessage(packed, buffers);
  },
  (error: unknown) => {
    // Thrown outside of the promise, so that the host hears it as the worker's `error`.
    setImmediate(() => {
      throw error;
    });
  },
);
