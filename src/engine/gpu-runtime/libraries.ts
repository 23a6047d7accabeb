import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../base/environment';
import { CUDA_LIBRARIES, type CudaLibrary, type CudaLine } from '../../domain/gpu/cuda-line';
import { type NvidiaDriver, parseDriver } from '../../domain/gpu/driver';
import { askProgram } from '../../run/folder/ask-program';
import { findProgram } from '../../run/folder/find-program';

const TIMEOUT_MS = 5000;
/** Not on the PATH of every user. */
const LDCONFIG = '/sbin/ldconfig';

/** Finds a library as the loader does: its folder, or "the system"; undefined if it is nowhere. */
export type LibraryFinder = (file: string) => string | undefined;

/** Searches `folders`, then LD_LIBRARY_PATH, then the loader's own list. */
export async function libraryFinder(folders: readonly string[], env: Environment): Promise<LibraryFinder> {
  const inherited = (env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => path.isAbsolute(folder));
  const all = [...folders, ...inherited];
  const cached = existsSync(LDCONFIG) ? await output(LDCONFIG, ['-p']) : '';
  return (file) =>
    all.find((folder) => existsSync(path.join(folder, file))) ??
    (cached.includes(`\t${file} (`) ? 'the system' : undefined);
}

export const missingLibraries = (line: CudaLine, find: LibraryFinder): readonly CudaLibrary[] =>
  CUDA_LIBRARIES[line].filter(({ file }) => find(file) === undefined);

/** Undefined if there is none, or nvidia-smi cannot talk to it. */
export async function nvidiaDriver(env: Environment = process.env): Promise<NvidiaDriver | undefined> {
  const program = findProgram('nvidia-smi', env);
  return program === undefined ? undefined : parseDriver(await output(program, []));
}

/** Empty if the program gives no answer; what it printed, if it fails. */
async function output(program: string, args: readonly string[]): Promise<string> {
  const answer = await askProgram(program, args, { timeoutMs: TIMEOUT_MS });
  return answer.kind === 'silent' ? '' : answer.stdout;
}
