import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyInstallation } from '../gpu/installation';
import { repositoryRoot } from './shared';

const HERE = `${process.platform}/${process.arch}`;
const MODULES = path.join(repositoryRoot, 'node_modules');

export type Installation = { readonly dir: string; readonly folder: string; readonly remove: () => void };

/** A folder that seems to be Pitwall's, with onnxruntime-node's own metadata; its library is a word in a file. */
export function madeInstallation(): Installation {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall gpu ü '));
  const home = path.join(dir, 'node_modules/onnxruntime-node');
  for (const part of ['package.json', 'script', 'dist'])
    cpSync(path.join(MODULES, 'onnxruntime-node', part), path.join(home, part), { recursive: true });
  const folder = path.join(home, 'bin/napi-v6', HERE);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'libonnxruntime.so.1'), 'its own library');
  return { dir, folder, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A copy of the bundles with an onnxruntime of its own: a provider put beside it is not put into this repository's. */
export function copiedInstallation(): Installation {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-gpu-'));
  const folder = copyInstallation(repositoryRoot, dir);
  return { dir, folder, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
