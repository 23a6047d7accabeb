import type { Problem } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { asBool, checkValue } from './check-value';
import { expectedOf, shown } from './describe-value';
import type { Entry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec, namesBeside } from './key-table';
import { BLOCKS } from './keys-pitwall';

export type CheckedEntries = { readonly entries: readonly Entry[]; readonly problems: readonly Problem[] };

/** Drops what is unknown or ill-typed, each with a problem; the rest has values of the key's kind. */
export function checkEntries(entries: readonly Entry[]): CheckedEntries {
  const good: Entry[] = [];
  const problems: Problem[] = [];
  for (const entry of entries) {
    const result = checkEntry(entry);
    if ('severity' in result) problems.push(result);
    else good.push(...result.entries);
  }
  return { entries: good, problems };
}

function checkEntry(entry: Entry): Problem | { entries: Entry[] } {
  if (BLOCKS.has(entry.key)) return checkBlock(entry);
  const spec = keySpec(entry.key);
  if (spec === undefined) return unknownKey(entry);
  const checked = checkValue(spec, entry.value);
  return checked.ok ? { entries: [{ ...entry, value: checked.value }] } : badValue(entry, spec);
}

/** `early_stop: false` switches a block off; an empty block says nothing. */
function checkBlock(entry: Entry): Problem | { entries: Entry[] } {
  if (entry.value === null) return { entries: [] };
  const flag = asBool(entry.value);
  const key = `${entry.key}.enabled`;
  if (flag !== undefined && keySpec(key)) return { entries: [{ ...entry, key, value: flag }] };
  const example = namesBeside(`${entry.key}.`)[0].split('.')[1];
  return {
    severity: 'error',
    message: `expected a block such as { ${example}: ... }, but got ${shown(entry.value)}`,
    ...place(entry),
  };
}

function unknownKey(entry: Entry): Problem {
  const meant = nearestName(entry.key, namesBeside(entry.key));
  const written = meant?.split('.').at(-1);
  const question = meant === undefined ? '' : `; did you mean ${meant}?`;
  return {
    severity: 'error',
    message: `unknown key${question}`,
    file: entry.file,
    key: entry.key,
    range: entry.keyRange,
    ...(written !== undefined && { fix: { title: `Change to ${written}`, text: written } }),
  };
}

function badValue(entry: Entry, spec: KeySpec): Problem {
  const meant =
    typeof entry.value === 'string' ? nearestName(entry.value, spec.choices ?? spec.words ?? []) : undefined;
  const question = meant === undefined ? '' : `; did you mean ${meant}?`;
  return {
    severity: 'error',
    message: `expected ${expectedOf(spec)}, but got ${shown(entry.value)}${question}`,
    ...place(entry),
    ...(meant !== undefined && { fix: { title: `Change to ${meant}`, text: meant } }),
  };
}

/** Where the value of an entry stands. */
export function place(entry: Entry): Pick<Problem, 'file' | 'key' | 'range'> {
  return { file: entry.file, key: entry.key, range: entry.valueRange };
}
