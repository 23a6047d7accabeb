import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// What a system has that a test needs. Windows gives links to administrators and developers alone, and Wine pretends.

/** Whether links can be made here. */
export const canLink = madeLink();
/** Whether two names that differ in their case are one file, as on Windows and macOS. */
export const ignoresCase = existsSync(import.meta.filename.toUpperCase());
export const hasGit = starts('git');
export const hasPython = starts(process.platform === 'win32' ? 'python' : 'python3');

/** A path as it is written everywhere but on Windows. */
export const slashed = (text: string): string => text.replaceAll(path.sep, '/');

/** The variable that leads to the folder of a user's key (src/run/folder/state-folder.ts). */
export const STATE_VARIABLE = process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_STATE_HOME';

function madeLink(): boolean {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-link-'));
  const link = path.join(folder, 'link');
  try {
    symlinkSync(folder, link);
    return lstatSync(link).isSymbolicLink();
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function starts(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}
