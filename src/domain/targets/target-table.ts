import type { KeyTable } from '../experiment/completions';
import type { KeySpec } from '../experiment/key-spec';
import { TARGET_KEYS } from './target-keys';

const byKey: ReadonlyMap<string, KeySpec> = new Map(TARGET_KEYS.map((spec) => [spec.key, spec]));

const isOwn = (key: string): boolean => key.includes('.');

/** For an editor: a person names the targets, and the keys of each are the same. */
export const TARGET_TABLE: KeyTable = {
  namesBeside(key) {
    const block = key.slice(0, key.indexOf('.') + 1);
    return isOwn(key) ? [...byKey.keys()].map((name) => block + name) : [];
  },
  spec: (key) => (isOwn(key) ? byKey.get(key.slice(key.indexOf('.') + 1)) : undefined),
  blocks: new Map(),
};
