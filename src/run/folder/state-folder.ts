import { chmodSync, lstatSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from '../../base/environment';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { makeFolderSync } from './make-folder';

/** The folder for what Pitwall remembers of this user: with their other settings, never in a project. */
export function stateFolderOf(env: Environment, home: string, platform: NodeJS.Platform): string {
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'pitwall');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'pitwall');
  // https://specifications.freedesktop.org/basedir-spec: a relative value is to be ignored.
  const named = env.XDG_STATE_HOME;
  return path.join(named && path.isAbsolute(named) ? named : path.join(home, '.local', 'state'), 'pitwall');
}

/**
 * The user's state folder, made for this user alone. If the home folder cannot hold it (a container, a quota), one in
 * the system's folder for temporary files is used until the next restart.
 */
export function stateFolder(): string {
  const folders = stateFolders();
  const folder = folders.find(makePrivate);
  if (folder !== undefined) return folder;
  throw new WordedError(
    words("{0} cannot be made this user's alone: Pitwall has no place for its key", folders.join(', ')),
  );
}

/** The folders it may be in, without making anything. */
export function stateFolders(): readonly string[] {
  const own = stateFolderOf(process.env, os.homedir(), process.platform);
  return [own, path.join(os.tmpdir(), `pitwall-${process.geteuid?.() ?? 'user'}`)];
}

/** What has a program on another machine, with the same storage, use the folder of this process. */
export function stateHome(): Readonly<Record<string, string>> {
  return process.platform === 'linux' ? { XDG_STATE_HOME: path.dirname(stateFolder()) } : {};
}

/** What a program of the same user that was started without XDG_STATE_HOME uses: an editor from a menu. */
export function homeStateFolder(): string {
  return stateFolderOf({ ...process.env, XDG_STATE_HOME: undefined }, os.homedir(), process.platform);
}

/** False if the folder cannot be made, is a link or belongs to another user. */
function makePrivate(folder: string): boolean {
  try {
    makeFolderSync(folder);
    const stat = lstatSync(folder);
    const isOurs = process.geteuid === undefined || stat.uid === process.geteuid();
    if (!stat.isDirectory() || !isOurs) return false;
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return true;
  } catch {
    return false;
  }
}
