import { randomUUID } from 'node:crypto';
import type { DisposableStore } from '../base/disposable';
import { words } from '../base/words';
import type { Turn } from '../domain/run/turns';
import type { KeeperTask } from '../engine/control/ensure-keeper';
import type { RunFile } from '../run/files';
import type { RunPaths } from '../run/folder/paths';
import { isRangeTest } from '../run/kind';
import { Cleanup } from './cleanup';
import { GpuWatch } from './gpu-watch';
import { EarlyStopper } from './judge-early-stop';
import { Monitor } from './monitor';
import { Notifier } from './notifier';
import { RangeTest } from './range-test';
import { Requests } from './requests';
import { Rewinder } from './rewinder';
import type { RunJournal } from './run-journal';
import { StatusWriter } from './status-writer';
import { Supervisor, type Trouble } from './supervisor';
import { TrainerControl } from './trainer-control';
import { ValidationControl } from './validation-control';

export type KeeperOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly installDir: string;
  readonly task: KeeperTask;
  /** What the environment said of notifications. */
  readonly notifyEnv: Readonly<Record<string, string | undefined>>;
  readonly onError: (error: unknown) => void;
  /** Whether the caller still holds the run's lock. */
  readonly isHeld: () => boolean;
  /** Of a run from the queue: what it got when its turn came. */
  readonly turn?: Turn;
  /** Resolves when the process is gone in whose place the run is kept. */
  readonly leash?: Promise<void>;
};

export type PartsOptions = KeeperOptions & {
  readonly paths: RunPaths;
  readonly journal: RunJournal;
  /** Disposed with the keeper. */
  readonly store: DisposableStore;
  /** Something has happened that the next turn should not wait for. */
  readonly onChange: () => void;
  readonly onTrouble: (trouble: Trouble) => void;
};

/** What works for one run under its keeper; each part knows at most those made before it. */
export type KeeperParts = ReturnType<typeof createParts>;

export function createParts(options: PartsOptions) {
  const { paths, journal, store } = options;
  const supervisor = store.track(new Supervisor(options.onTrouble));
  const status = store.track(new StatusWriter(paths.status, options.onError, options.isHeld, options.turn));
  const requests = new Requests(paths, journal, options.onError);
  const working = createWorkers(options, supervisor);
  const { run } = options;
  const { trainer, monitor } = working;
  return {
    ...{ run, journal, supervisor, status, requests, ...working },
    rewinder: new Rewinder({ run, journal, requests, trainer }),
    cleanup: new Cleanup(run, paths, journal),
    earlyStopper: new EarlyStopper({
      ...{ run, journal, monitor, trainer },
      askToStop: () => askTrainer('stop', { requests, supervisor }),
    }),
  };
}

/** Those that own processes or send messages. */
function createWorkers(options: PartsOptions, supervisor: Supervisor) {
  const { run, paths, journal, installDir, store, notifyEnv, onChange } = options;
  const common = { run, paths, journal, installDir, supervisor, onChange };
  const range = isRangeTest(run) ? new RangeTest() : undefined;
  const trainer = new TrainerControl({
    ...common,
    conclude: (outcome) => range?.conclude(outcome) ?? outcome,
  });
  const notifier = store.track(new Notifier({ ...common, dir: paths.dir, notifyEnv }));
  const monitor = new Monitor(journal, paths.dir, (alarm) => notifier.alarm(alarm));
  const gpu = store.track(new GpuWatch({ ...common, dir: paths.dir, note: (entry) => journal.note(entry) }));
  const onBetter: Notifier['best'] = (best) => notifier.best(best);
  return {
    range,
    trainer,
    notifier,
    monitor,
    gpu,
    validation: new ValidationControl({ ...common, monitor, onBetter }),
  };
}

/** A trainer that cannot be asked to stop is interrupted all the same. */
export async function askTrainer(
  type: 'stop' | 'pause',
  { requests, supervisor }: { readonly requests: Requests; readonly supervisor: Supervisor },
): Promise<void> {
  await supervisor.guard(words('asking the trainer to {0}', type), () =>
    requests.forward(randomUUID(), { type }, 'keeper'),
  );
}
