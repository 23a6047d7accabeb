import type { SourceRange } from '../../base/problem';
import type { KeyEntry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec } from './key-table';
import { type FileShape, readYaml } from './read-yaml';

export type KeyAt = { readonly spec: KeySpec; readonly entry: KeyEntry; readonly range: SourceRange };

/** Keys of another kind of file than an experiment. */
type Known = { readonly specOf?: (key: string) => KeySpec | undefined; readonly shape?: FileShape };

/** The known key whose name or value is at an offset of the text, for a hover. */
export function keyAt(
  text: string,
  offset: number,
  { specOf = keySpec, shape }: Known = {},
): KeyAt | undefined {
  for (const entry of readYaml(text, '', shape).entries) {
    const range = [entry.keyRange, entry.valueRange].find(
      (r) => r !== undefined && r.start <= offset && offset <= r.end,
    );
    const spec = specOf(entry.key);
    if (range !== undefined && spec !== undefined) return { spec, entry, range };
  }
  return undefined;
}
