import type { SourceRange } from '../../base/problem';
import type { KeyEntry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec } from './key-table';
import { readYaml } from './read-yaml';

export type KeyAt = { readonly spec: KeySpec; readonly entry: KeyEntry; readonly range: SourceRange };

/** The known key whose name or value is at an offset of the text, for a hover. */
export function keyAt(text: string, offset: number): KeyAt | undefined {
  for (const entry of readYaml(text, '').entries) {
    const range = [entry.keyRange, entry.valueRange].find(
      (r) => r !== undefined && r.start <= offset && offset <= r.end,
    );
    const spec = keySpec(entry.key);
    if (range !== undefined && spec !== undefined) return { spec, entry, range };
  }
  return undefined;
}
