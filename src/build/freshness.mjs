// Whether dist/ was built from the sources as they are now: a hash over names, sizes and times of the inputs.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const INPUTS = ['src', 'webview', 'media', 'package.json', 'package-lock.json'];

function* filesUnder(target) {
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory()) {
    yield target;
    return;
  }
  for (const name of readdirSync(target).sort()) {
    if (name !== '__pycache__') yield* filesUnder(path.join(target, name));
  }
}

function inputHash(root) {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const file of filesUnder(path.join(root, input))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

const stampFile = (root) => path.join(root, 'dist', '.inputs');

export function bundleIsFresh(root) {
  const file = stampFile(root);
  return existsSync(file) && readFileSync(file, 'utf8') === inputHash(root);
}

export function markBundleFresh(root) {
  writeFileSync(stampFile(root), inputHash(root));
}
