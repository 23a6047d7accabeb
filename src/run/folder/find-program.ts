import { statSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../base/environment';

/**
 * The file that a program's bare name means on PATH; undefined if there is none. Searched here and not by the system:
 * Windows tries the working folder first, and a relative entry of PATH depends on the working folder. Nothing may be
 * started from a folder that is merely viewed.
 */
export function findProgram(
  name: string,
  env: Environment = process.env,
  platform = process.platform,
): string | undefined {
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((f) => path.isAbsolute(f));
  const names = platform === 'win32' ? [`${name}.exe`, name] : [name];
  return folders.flatMap((folder) => names.map((n) => path.join(folder, n))).find(isFile);
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
