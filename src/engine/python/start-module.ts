import path from 'node:path';
import { makeFolderSync } from '../../run/folder/make-folder';
import { stateFolder } from '../../run/folder/state-folder';

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
