import { chooseLine, type LineChoice } from '../../domain/gpu/cuda-line';
import type { NvidiaDriver } from '../../domain/gpu/driver';
import { type CudaPython, chooseCudaPython } from './cuda-python';
import { type LibraryFinder, libraryFinder, nvidiaDriver } from './libraries';

export type CudaWish = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The interpreter that a setting names; no other is asked then. */
  readonly wanted?: string;
  /** CUDA line that a person names: 12 or 13. */
  readonly cuda?: string;
};

/** What decides which provider fits a machine. */
export type CudaMachine = {
  readonly driver: NvidiaDriver | undefined;
  readonly python: CudaPython | undefined;
  readonly choice: LineChoice;
  readonly find: LibraryFinder;
};

/** Starts nvidia-smi, ldconfig and the Pythons that it may ask; imports nothing. `folders` are searched first. */
export async function examineCuda(wish: CudaWish, folders: readonly string[] = []): Promise<CudaMachine> {
  const { env, cuda: asked } = wish;
  const [driver, python] = await Promise.all([nvidiaDriver(env), chooseCudaPython(wish)]);
  const choice = chooseLine({ asked, torch: python?.torch ? python.cuda : undefined, driver: driver?.cuda });
  const find = await libraryFinder([...folders, ...(python?.folders ?? [])], env);
  return { driver, python, choice, find };
}
