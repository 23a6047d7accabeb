import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The interpreter of the environment that src/build/python-env.mjs makes; undefined if it was not made. */
export function ultralyticsPython() {
  const cache = process.env.PITWALL_CACHE ?? path.join(os.homedir(), '.cache', 'pitwall');
  const made = path.join(
    cache,
    'ultralytics',
    process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
  );
  return [process.env.PITWALL_PYTHON, made].find((python) => python && existsSync(python));
}
