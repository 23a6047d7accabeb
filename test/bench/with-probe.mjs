// The packaged extension with a probe beside it in the extension host, which reports what that host does.
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { packageTarget } from '../../src/build/package.mjs';
import { installVsix, installVsixInto } from '../e2e/editor.mjs';
import { runCommand, until } from '../e2e/workbench.mjs';

/** Installs both into a folder of their own. */
export async function extensionsWithProbe(folder) {
  const extensions = path.join(folder, 'extensions');
  cpSync(installVsix(await packageTarget(`${process.platform}-${process.arch}`)), extensions, {
    recursive: true,
  });
  const vsix = path.join(folder, 'probe.vsix');
  const cwd = path.join(import.meta.dirname, 'probe');
  await createVSIX({
    cwd,
    packagePath: vsix,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  installVsixInto(vsix, extensions);
  return extensions;
}

/**
 * Asks the probe, which writes to `file`: how long the host was blocked at most since the last call, in ms, and the CPU
 * time of the host since it started, in ms.
 */
export async function askProbe(page, file) {
  rmSync(file, { force: true });
  await runCommand(page, 'Probe: Report');
  return until('the report', () => existsSync(file) && JSON.parse(readFileSync(file, 'utf8')));
}
