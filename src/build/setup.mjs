// Brings a fresh clone to a state where dist/ can run: installs packages and bundles, each only when it is out of date.
// Plain Node without packages, since it runs before any package exists.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleIsFresh } from './freshness.mjs';

const own = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(own), '../..');
const stampFile = path.join(root, 'node_modules', '.pitwall-installed');

/** What decides about node_modules; a command added to the manifest is not a reason to install anew. */
function lockHash() {
  const hash = createHash('sha256');
  for (const name of ['package-lock.json', '.npmrc']) hash.update(readFileSync(path.join(root, name)));
  const { dependencies, devDependencies, allowScripts } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  hash.update(JSON.stringify([dependencies, devDependencies, allowScripts]));
  return `${hash.digest('hex')} node${process.versions.modules} ${process.platform}-${process.arch}`;
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    // npm is a .cmd there; in a shell, a path with a space would be two words.
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (result.status !== 0) {
    console.error(`setup: ${command} ${args.join(' ')} failed`);
    process.exit(result.status ?? 1);
  }
}

function install() {
  const wanted = lockHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  console.error('setup: installing packages (once; about half a minute)');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  markInstalled();
}

/** @internal The Windows lab installs packages itself. */
export function markInstalled() {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, lockHash());
}

function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) {
    console.error(`setup: Node 20 or newer is needed, this is ${process.versions.node}`);
    process.exit(2);
  }
  install();
  if (!bundleIsFresh(root)) run(process.execPath, [path.join(root, 'src/build/bundle.mjs')]);
}

if (path.resolve(process.argv[1] ?? '') === own) main();
