import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import { makeFolder } from '../../run/folder/make-folder';
import { renamePatiently } from '../../run/folder/rename';
import { zSaid } from '../../run/schema';

const zChoice = z.object({ device: z.string(), reason: z.string(), said: zSaid });
export type DeviceChoice = z.infer<typeof zChoice>;
const zCache = z.record(z.string(), zChoice);

/** Which device was the fastest for a kind of model on this machine. */
export async function readChoice(key: string): Promise<DeviceChoice | undefined> {
  return (await readCache())[key];
}

/** Best effort: without a cache folder the next validator times the devices again. */
export async function writeChoice(key: string, choice: DeviceChoice): Promise<Error | undefined> {
  const file = cacheFile();
  const temporary = `${file}.${process.pid}`;
  try {
    const cache = { ...(await readCache()), [key]: choice };
    await makeFolder(path.dirname(file));
    await writeFile(temporary, JSON.stringify(cache, undefined, 1));
    await renamePatiently(temporary, file);
    return undefined;
  } catch (error) {
    return toError(error);
  }
}

async function readCache(): Promise<Readonly<Record<string, DeviceChoice>>> {
  const text = await readFile(cacheFile(), 'utf8').catch(() => '');
  const parsed = zCache.safeParse(parseJson(text));
  return parsed.success ? parsed.data : {};
}

function cacheFile(): string {
  return path.join(cacheFolder(), 'pitwall', 'devices.json');
}

function cacheFolder(): string {
  if (process.platform === 'win32')
    return process.env.LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return path.join(homedir(), 'Library', 'Caches');
  return process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
}
