import { createRequire } from 'node:module';
import path from 'node:path';
import { type Words, words } from '../base/words';

/** What trains and validates without Python; the build for all platforms does not have it. */
const NATIVES = ['onnxruntime-node', 'sharp'];

/**
 * Why this build of Pitwall can neither train with its own trainer nor validate here; undefined if it can. `installDir`
 * is the folder of the bundles.
 */
export function whyNoNatives(installDir: string): Words | undefined {
  const require = createRequire(path.join(installDir, 'validator.js'));
  const missing = NATIVES.filter((name) => !canResolve(require, name));
  if (missing.length === 0) return undefined;
  const here = `${process.platform}-${process.arch}`;
  return words(
    'this build of Pitwall has no {0} for {1}: its own trainer and validation need the build for {1}, if there is one',
    missing.join(', '),
    here,
  );
}

function canResolve(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Why a native module that is there does not load on Windows, if that is for want of the Visual C++ runtime, which a new
 * Windows does not have. `output`: the last lines of the process.
 */
export function whyNotLoaded(
  output: string,
  platform = process.platform,
  arch = process.arch,
): Words | undefined {
  if (platform !== 'win32' || !/ERR_DLOPEN_FAILED/.test(output)) return undefined;
  return words(
    'the native modules cannot be loaded: the Microsoft Visual C++ runtime is probably missing (winget install Microsoft.VCRedist.2015+.{0})',
    arch,
  );
}
