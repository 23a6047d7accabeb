import { watch } from 'chokidar';
import { type Disposable, toDisposable } from '../../base/disposable';

export type WatchOptions = {
  readonly paths: readonly string[];
  /** Levels below the paths; 0 is their own entries. */
  readonly depth: number;
  /** Paths that are not watched. */
  readonly ignored?: (path: string) => boolean;
  /** Something was added, changed or removed. It means "poll now", not that writing is done: see PollLoop. */
  readonly onChange: (path: string) => void;
  readonly onError: (error: Error) => void;
};

/**
 * Only this file imports chokidar. awaitWriteFinish stays off: it does not hold for files present at start and has
 * fired early on slow writes (chokidar#594, #1100, #675).
 */
export function watchPaths(options: WatchOptions): Disposable {
  const watcher = watch([...options.paths], {
    depth: options.depth,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    ...(options.ignored ? { ignored: options.ignored } : {}),
  });
  watcher.on('all', (_event, path) => options.onChange(path));
  watcher.on('error', (error) =>
    options.onError(error instanceof Error ? error : new Error(String(error), { cause: error })),
  );
  return toDisposable(() => {
    watcher.close().catch((error: unknown) => options.onError(new Error('watcher', { cause: error })));
  });
}
