import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { RunFile } from '../../run/files';
import { findProgram } from '../../run/folder/find-program';
import { makeFolderSync } from '../../run/folder/make-folder';
import { stateFolder } from '../../run/folder/state-folder';
import { namesOnPath } from './find';

// What `python -P -m MODULE` does, for versions before 3.11 too: neither the working folder nor a relative entry of
// PYTHONPATH is searched, which may hold a package named like ours or like one of the libraries'.
const START = [
  // Both are loaded already; everything imported after the next line is searched without the working folder.
  'import os, sys',
  'sys.path[:] = [p for p in sys.path if os.path.isabs(p)]',
  'import runpy',
  "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)",
].join('; ');

/** Arguments that start a module of the package pitwall_ultralytics. */
export function moduleArguments(module: string, args: readonly string[] = []): readonly string[] {
  return ['-c', START, module, ...args];
}

/** The working folder of our Python programs, which has nothing to do with the folder that is viewed. */
export function pythonFolder(): string {
  const folder = path.join(stateFolder(), 'python');
  makeFolderSync(folder);
  return folder;
}

/** The interpreter of a run of this user's own: the one that its host chose, by its full path. Throws one line. */
export function interpreterOf({ python }: Pick<RunFile, 'python'>): string {
  const names = namesOnPath(process.platform);
  const interpreter = python ?? names.map((name) => findProgram(name)).find((file) => file !== undefined);
  if (interpreter === undefined) throw new WordedError(words('none of {0} is on PATH', names.join(', ')));
  if (path.isAbsolute(interpreter)) return interpreter;
  throw new WordedError(
    words("the run's interpreter {0} is not a full path: it is not started", interpreter),
  );
}

/**
 * The environment of our Python programs. `packageDir` holds the package pitwall_ultralytics. Ultralytics' exporter and
 * checks may install packages and download files: neither happens here unless the user named a download.
 */
export function pythonEnvironment(packageDir: string): Readonly<Record<string, string>> {
  // A relative or empty entry would mean whatever the working folder is.
  const inherited = (process.env.PYTHONPATH ?? '').split(path.delimiter).filter((p) => path.isAbsolute(p));
  return {
    PYTHONPATH: [packageDir, ...inherited].join(path.delimiter),
    PYTHONSAFEPATH: '1',
    PYTHONUNBUFFERED: '1',
    PYTHONIOENCODING: 'utf-8',
    YOLO_AUTOINSTALL: 'false',
    YOLO_OFFLINE: process.env.YOLO_OFFLINE ?? 'true',
  };
}
