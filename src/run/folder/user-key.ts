import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, lstatSync } from 'node:fs';
import path from 'node:path';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { readTextSync } from './read-file';
import { codeOf } from './refused';
import { removeFile } from './remove';
import { homeStateFolder, stateFolder, stateFolders } from './state-folder';
import { asideName, createFile } from './write-file';

const KEY = /^[0-9a-f]{64}\n$/;
const KEY_BYTES = 32;
const RULE = { most: 1024 };

let known: { readonly folder: string; readonly key: Buffer } | undefined;

/**
 * The key by which this user's runs are known, made at the first call. It belongs to the user and not to the machine:
 * if the home folder is shared, so is the key, and a run that was started on one node is the user's own on the next.
 */
function userKey(): Buffer {
  const folder = stateFolder();
  if (known?.folder !== folder) known = { folder, key: readOrMake(path.join(folder, 'key')) };
  return known.key;
}

/** All that a run is marked with: its user may ask about it with and without XDG_STATE_HOME. */
export function userKeys(): readonly Buffer[] {
  const own = userKey();
  return [own, ...knownUserKeys().filter((key) => !key.equals(own))];
}

/**
 * The user's keys without making one: a user without a key has no runs of their own, and viewing leaves nothing behind.
 * The folder for temporary files counts only if there is no other.
 */
export function knownUserKeys(): readonly Buffer[] {
  const [named, temporary] = stateFolders();
  const keys = [...new Set([named, homeStateFolder()])].flatMap(keyIn);
  return keys.length > 0 ? keys : keyIn(temporary);
}

function keyIn(folder: string): readonly Buffer[] {
  const file = path.join(folder, 'key');
  const key = isPrivate(file) ? readKey(file) : undefined;
  return key === undefined ? [] : [key];
}

/** In a folder for temporary files anybody may have put a key. */
function isPrivate(file: string): boolean {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat !== undefined && (process.geteuid === undefined || stat.uid === process.geteuid());
}

function readOrMake(file: string): Buffer {
  const key = readKey(file) ?? makeKey(file);
  if (process.platform !== 'win32' && (lstatSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return key;
}

function readKey(file: string): Buffer | undefined {
  try {
    const text = readTextSync(file, RULE);
    if (!KEY.test(text))
      throw new WordedError(words("{0} is not a key of Pitwall's; delete it to have a new one made", file));
    return Buffer.from(text.trim(), 'hex');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Linked into place, which fails if another process was faster: its key then counts. */
function makeKey(file: string): Buffer {
  const aside = path.join(path.dirname(file), asideName('key'));
  createFile(aside, `${randomBytes(KEY_BYTES).toString('hex')}\n`, 0o600);
  try {
    linkSync(aside, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    removeFile(aside);
  }
  const key = readKey(file);
  if (key === undefined) throw new WordedError(words('{0} cannot be kept', file));
  return key;
}
