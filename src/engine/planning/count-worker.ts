import { parentPort } from 'node:worker_threads';
import type { FromThread } from '../process/deadline-thread';
import { type CountQuestion, countForPlan, type PlanCounts } from './count-for-plan';

// The thread that counts datasets for the editor: a dataset's files may be endless, and its YAML takes a second to
// parse.

const say = (message: FromThread<PlanCounts>): void => parentPort?.postMessage(message);

parentPort?.on('message', ({ data, trainer }: CountQuestion) => {
  countForPlan(data, trainer).then(
    (answer) => say({ kind: 'answer', answer }),
    (error: unknown) => {
      // Thrown outside of the promise, so that the host gets it as the thread's `error`.
      setImmediate(() => {
        throw error;
      });
    },
  );
});
say({ kind: 'ready' });
