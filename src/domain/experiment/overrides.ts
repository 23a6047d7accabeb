import { parseDocument } from 'yaml';
import type { Problem } from '../../base/problem';
import type { KeyEntry } from './entries';
import { BLOCKS } from './keys-pitwall';

const FILE = '--set';

/** `key=value` texts of the command line; a value is read as YAML, so that lists and words work. */
export function readOverrides(set: readonly string[]): { entries: KeyEntry[]; problems: Problem[] } {
  const entries: KeyEntry[] = [];
  const problems: Problem[] = [];
  for (const text of set) {
    const read = readOverride(text);
    if (typeof read === 'string') problems.push({ severity: 'error', message: read, file: FILE });
    else entries.push(...read);
  }
  return { entries, problems };
}

function readOverride(text: string): KeyEntry[] | string {
  const at = text.indexOf('=');
  const key = text.slice(0, Math.max(0, at)).trim();
  if (key === '') return `expected key=value, but got "${text}"`;
  const value = readValue(text.slice(at + 1));
  return value === undefined
    ? `the value of ${key} cannot be read: "${text.slice(at + 1)}"`
    : flatten(key, value);
}

function readValue(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS() ?? null;
  } catch {
    return undefined; // an alias without an anchor shows only here
  }
}

function flatten(key: string, value: unknown): KeyEntry[] {
  if (!BLOCKS.has(key) || typeof value !== 'object' || value === null) return [{ key, value, file: FILE }];
  return Object.entries(value).map(([inner, v]) => ({ key: `${key}.${inner}`, value: v, file: FILE }));
}
