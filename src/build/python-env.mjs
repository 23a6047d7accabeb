// A Python environment for the suite against a real Ultralytics, or for the checks in Ray, in a cache folder outside of the
// repository; made once.
// Usage: node python-env.mjs [ray]   prints the interpreter. PITWALL_CACHE names another cache folder.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const ENVIRONMENTS = {
  ultralytics: {
    needs: 'test/ultralytics/requirements.txt',
    holds: 'torch and ultralytics',
    size: 'several GB',
  },
  ray: { needs: 'test/scale/requirements.txt', holds: 'ray and optuna', size: 'half a GB' },
};
const name = process.argv[2] ?? 'ultralytics';
const { needs, holds, size } = ENVIRONMENTS[name];
const requirements = path.join(root, needs);
const cache = process.env.PITWALL_CACHE ?? path.join(os.homedir(), '.cache', 'pitwall');
const venv = path.join(cache, name);
const python =
  process.platform === 'win32' ? path.join(venv, 'Scripts/python.exe') : path.join(venv, 'bin/python');
const stampFile = path.join(venv, '.pitwall-installed');

function run(command, args) {
  const result = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (result.status === 0) return;
  console.error(`python-env: ${command} ${args.join(' ')} failed`);
  process.exit(1);
}

const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  console.error(`python-env: installing ${holds} into ${venv} (once; ${size})`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(python)) run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stampFile, wanted);
}
console.log(python);
