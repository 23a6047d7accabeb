import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

/** A copy of the bundles with an onnxruntime of its own, so that a provider is not put beside that of `repository`. */
export function copyInstallation(repository: string, dir: string): string {
  cpSync(path.join(repository, 'dist'), path.join(dir, 'dist'), { recursive: true });
  const [from, to] = [path.join(repository, 'node_modules'), path.join(dir, 'node_modules')];
  mkdirSync(to);
  for (const name of readdirSync(from))
    if (name !== 'onnxruntime-node') symlinkSync(path.join(from, name), path.join(to, name));
  cpSync(path.join(from, 'onnxruntime-node'), path.join(to, 'onnxruntime-node'), { recursive: true });
  return path.join(to, 'onnxruntime-node/bin/napi-v6', process.platform, process.arch);
}
