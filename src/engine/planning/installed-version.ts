import { existsSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { pythonPlaces } from '../python/find';

export type VersionWish = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The interpreter that a setting names; no other is tried then. */
  readonly wanted?: string;
};

/**
 * Version of a Python package in the first environment that has it, read from the name of its metadata folder: a hover
 * may need it, so no Python is run. Undefined if no environment has it.
 */
export async function installedVersion(
  name: string,
  { cwd, env, wanted }: VersionWish,
): Promise<string | undefined> {
  const places = wanted === undefined ? pythonPlaces(cwd, env).map((place) => place.executable) : [wanted];
  for (const executable of places) {
    const found = await versionBeside(locate(executable, cwd, env), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The file that a bare name on PATH means. */
function locate(executable: string, cwd: string, env: VersionWish['env']): string {
  if (/[\\/]/.test(executable)) return path.resolve(cwd, executable);
  const names = process.platform === 'win32' ? [`${executable}.exe`, executable] : [executable];
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const files = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return files.find((file) => existsSync(file)) ?? executable;
}

/** The folder of pyvenv.cfg is the environment: the interpreter itself may be a link to another one. */
async function versionBeside(executable: string, name: string): Promise<string | undefined> {
  const own = await versionIn(prefixOf(executable), name);
  if (own !== undefined || !existsSync(executable)) return own;
  const real = await realpath(executable).catch(() => executable);
  return real === executable ? undefined : versionIn(prefixOf(real), name);
}

/** prefix/bin/python, prefix\Scripts\python.exe, or conda's prefix\python.exe */
function prefixOf(executable: string): string {
  const folder = path.dirname(executable);
  return /^(bin|Scripts)$/i.test(path.basename(folder)) ? path.dirname(folder) : folder;
}

async function versionIn(prefix: string, name: string): Promise<string | undefined> {
  const metadata = new RegExp(`^${name}-(\\d[^-]*)\\.(dist|egg)-info$`);
  for (const folder of await siteFolders(prefix)) {
    for (const entry of await listed(folder)) {
      const version = metadata.exec(entry)?.[1];
      if (version !== undefined) return version;
    }
  }
  return undefined;
}

async function siteFolders(prefix: string): Promise<string[]> {
  const libraries = [path.join(prefix, 'Lib')];
  for (const lib of [path.join(prefix, 'lib'), path.join(prefix, 'local', 'lib')]) {
    const pythons = (await listed(lib)).filter((entry) => /^python3(\.\d+)?$/.test(entry));
    libraries.push(...pythons.map((entry) => path.join(lib, entry)));
  }
  return libraries.flatMap((lib) => [path.join(lib, 'site-packages'), path.join(lib, 'dist-packages')]);
}

const listed = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
