// A Python environment for the suite against a real Ultralytics, in a cache folder outside of the repository; made once.
// Usage: node python-env.mjs   prints the interpreter. PITWALL_CACHE names another cache folder.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const requirements = path.join(root, 'test/ultralytics/requirements.txt');
const cache = process.env.PITWALL_CACHE ?? path.join(os.homedir(), '.cache', 'pitwall');
const venv = path.join(cache, 'ultralytics');
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
  console.error(`python-env: installing torch and ultralytics into ${venv} (once; several GB)`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(python)) run('python3', ['-m', 'venv', venv]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stampFile, wanted);
}
console.log(python);
