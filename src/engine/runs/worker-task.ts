import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LoadEventsRequest } from './load-events';

export type WorkerTask =
  | { readonly kind: 'load'; readonly request: LoadEventsRequest }
  /** Run folders: is b's best checkpoint better than a's? */
  | { readonly kind: 'compare'; readonly a: string; readonly b: string };

export const workerProgram = (installDir: string): string => path.join(installDir, 'run-worker.js');

/** Does it in a thread of its own and returns what that posts. Throws what the thread throws. */
export async function runInWorker(installDir: string, workerData: WorkerTask): Promise<unknown> {
  const worker = new Worker(workerProgram(installDir), { workerData });
  try {
    const [answer] = await once(worker, 'message');
    return answer;
  } finally {
    await worker.terminate();
  }
}
