import { existsSync } from 'node:fs';
import path from 'node:path';
import { sleep } from '../base/async';
import { inEnglish, type Words, words } from '../base/words';
import { liveBefore } from '../engine/control/queue';
import { listRuns } from '../engine/runs/run-index';
import type { RunFile } from '../run/files';
import { runPaths } from '../run/folder/paths';
import { Requests } from './requests';
import { RunJournal } from './run-journal';
import { type StatusFields, StatusWriter } from './status-writer';

const LOOK_MS = 1000;

export type WaitOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly onError: (error: unknown) => void;
  readonly isHeld: () => boolean;
};

/**
 * A queued run waits here until the one before it has ended, however it ended. The keeper waits and not the host, so
 * that the queue goes on when every editor is closed. `stopped`: it was taken out of the queue meanwhile.
 */
export async function waitTurn({ dir, run, onError, isHeld }: WaitOptions): Promise<'go' | 'stopped'> {
  const { after } = run;
  if (after === undefined || !(await isGoing(after))) return 'go';
  const paths = runPaths(dir);
  const status = new StatusWriter(paths.status, onError, isHeld);
  const journal = RunJournal.open(dir, run, onError);
  const requests = new Requests(paths, journal, onError);
  try {
    await status.set(fields('starting', words('waits until {0} has ended', path.basename(after))));
    while (await isGoing(after)) {
      if (wasTakenOut(requests)) {
        await status.writeNow(fields('stopped', words('taken out of the queue before its turn came')));
        return 'stopped';
      }
      await sleep(LOOK_MS);
    }
    return 'go';
  } finally {
    status.dispose();
    await journal.close();
  }
}

function fields(state: StatusFields['state'], said: Words): StatusFields {
  return { state, reason: inEnglish(said), said, stalled: false, queue: { waiting: [] } };
}

/** Answers requests that came meanwhile; returns whether a stop was among them. */
function wasTakenOut(requests: Requests): boolean {
  const asked = requests.take();
  for (const { id, request } of asked) {
    const ok = isStop(request.type);
    requests.answer(id, request, {
      ok,
      said: ok ? words('taken out of the queue') : words('the run waits for its turn'),
    });
  }
  return asked.some(({ request }) => isStop(request.type));
}

const isStop = (type: string): boolean => type === 'stop' || type === 'stop_after_epoch';

/**
 * A run that cannot be read does not hold up others; a folder of runs that cannot be listed now is listed a second
 * later.
 */
async function isGoing(dir: string): Promise<boolean> {
  const listed = await listRuns(path.dirname(dir)).catch(() => undefined);
  if (listed === undefined) return existsSync(dir);
  return liveBefore(listed.runs, dir) !== undefined;
}
