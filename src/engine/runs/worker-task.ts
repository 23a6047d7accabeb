import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { channelToThread } from '../../protocol/node/transports';
import type { BestOfRun } from '../compare/listed-baseline';
import type { BreakdownRequest } from '../gallery/breakdown';
import type { WorstRequest } from '../gallery/worst-images';
import type { ImageProcessOptions } from '../image-process';
import type { LoadEventsRequest } from './load-events';

/** Plain data, so that a thread of its own can do it: the comparison of several runs takes seconds. */
export type ReportRequest = {
  readonly asked: readonly {
    readonly text: string;
    readonly dir: string;
    readonly epoch: number | undefined;
  }[];
  /** Index of the run that the others are compared with. */
  readonly baseline: number;
  readonly version: string;
  /** English text -> the reader's language. */
  readonly strings?: Readonly<Record<string, string>>;
  /** What opens images; absent: the report has none. */
  readonly reader?: ImageProcessOptions;
  /** Of the style of a page in the editor. */
  readonly nonce?: string;
};

export type WorkerTask =
  | { readonly kind: 'load'; readonly request: LoadEventsRequest }
  /** Run folders: is b's best checkpoint better than a's? */
  | { readonly kind: 'compare'; readonly a: string; readonly b: string }
  /** The best of each run less that of the baseline. */
  | { readonly kind: 'differences'; readonly baseline: BestOfRun; readonly others: readonly BestOfRun[] }
  /** What a sweep has shown so far; undefined if the folder is not one. */
  | { readonly kind: 'sweep'; readonly dir: string }
  /** A part of a run's val images, the worst first; undefined if no detections are kept. */
  | { readonly kind: 'worst'; readonly request: WorstRequest }
  /** What a checkpoint's validation says class by class; undefined if no detections are kept. */
  | { readonly kind: 'breakdown'; readonly request: BreakdownRequest }
  /** Several runs as one page. */
  | { readonly kind: 'report'; readonly request: ReportRequest };

export const workerProgram = (installDir: string): string => path.join(installDir, 'run-worker.js');

/** Does it in a thread of its own and returns its answer. Throws what the thread throws. */
export async function runInWorker(installDir: string, task: WorkerTask): Promise<unknown> {
  const worker = new Worker(workerProgram(installDir));
  try {
    return await channelToThread(worker).request('work', task);
  } finally {
    await worker.terminate();
  }
}
