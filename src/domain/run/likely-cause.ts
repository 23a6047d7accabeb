import { type Words, words } from '../../base/words';
import type { AlarmAction } from './alarm';

/** What probably made a program fail, and where to begin. */
export type LikelyCause = { readonly said: Words; readonly action: AlarmAction };

type CauseRule = LikelyCause & { readonly pattern: RegExp };

// By the words of Node, Python, torch and the runtimes; the first that is found counts: memory before devices, for both are named
// in one line.
const CAUSES: readonly CauseRule[] = [
  {
    pattern: /out of memory|OutOfMemory|bad_alloc|cannot allocate memory|heap limit/i,
    said: words('likely cause: too little memory; a smaller batch or imgsz needs less'),
    action: 'open_experiment',
  },
  {
    pattern: /ended by SIGKILL/,
    said: words('likely cause: the system ended it for lack of memory, or a person did'),
    action: 'open_log',
  },
  {
    pattern: /ENOSPC|EDQUOT|no space left|disk quota/i,
    said: words('likely cause: the disk is full; with room on it a resume goes on'),
    action: 'open_folder',
  },
  {
    pattern: /ModuleNotFound|No module named|ImportError|cannot open shared object/,
    said: words('likely cause: the Python environment lacks a package'),
    action: 'check_environment',
  },
  {
    pattern: /CUDA|cuDNN|nvidia|Vulkan|cannot train here/i,
    said: words('likely cause: the device or its driver'),
    action: 'check_environment',
  },
  {
    pattern: /EACCES|EPERM|EROFS|permission denied|read-only/i,
    said: words('likely cause: a file or folder that must not be written or read'),
    action: 'open_folder',
  },
  {
    pattern: /ENOENT|FileNotFound|no such file|not found/i,
    said: words('likely cause: a file of the experiment or of its dataset is missing'),
    action: 'open_experiment',
  },
];

/** Undefined if its words say nothing that is known. */
export function likelyCause(text: string): LikelyCause | undefined {
  return CAUSES.find(({ pattern }) => pattern.test(text));
}
