import { fixed, type Problem, type ProblemFix, worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { MOST_FAULTS } from '../yaml/document';
import { asBool, checkValue } from './check-value';
import { expectedWords, shown } from './describe-value';
import type { KeyEntry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec, namesBeside } from './key-table';
import { BLOCKS } from './keys-pitwall';

export type CheckedEntries = { readonly entries: readonly KeyEntry[]; readonly problems: readonly Problem[] };

/** Drops what is unknown or ill-typed, each with a problem; all that is left has values of the key's kind. */
export function checkEntries(entries: readonly KeyEntry[]): CheckedEntries {
  const good: KeyEntry[] = [];
  const problems: Problem[] = [];
  for (const entry of entries) {
    // Only the problems that are shown look for the nearest name.
    const result = checkEntry(entry, problems.length < MOST_FAULTS);
    if ('severity' in result) problems.push(result);
    else good.push(...result.entries);
  }
  return { entries: good, problems };
}

function checkEntry(entry: KeyEntry, mayAsk: boolean): Problem | { entries: KeyEntry[] } {
  if (BLOCKS.has(entry.key)) return checkBlock(entry);
  if (/^notify(\.|$)/.test(entry.key)) return misplacedNotify(entry);
  const spec = keySpec(entry.key);
  if (spec === undefined) return unknownKey(entry, mayAsk);
  const checked = checkValue(spec, entry.value);
  return checked.ok ? { entries: [{ ...entry, value: checked.value }] } : badValue(entry, spec);
}

/** `early_stop: false` switches a block off; an empty block changes nothing. */
function checkBlock(entry: KeyEntry): Problem | { entries: KeyEntry[] } {
  if (entry.value === null) return { entries: [] };
  const flag = asBool(entry.value);
  const key = `${entry.key}.enabled`;
  if (flag !== undefined && keySpec(key)) return { entries: [{ ...entry, key, value: flag }] };
  const example = namesBeside(`${entry.key}.`)[0].split('.')[1];
  return {
    severity: 'error',
    ...worded(words('expected a block such as {0}, but got {1}', `{ ${example}: ... }`, shown(entry.value))),
    ...place(entry),
  };
}

/** An experiment is shared with a project, and its text is copied into each run: no place for an address that is a secret. */
function misplacedNotify(entry: KeyEntry): Problem {
  const said = words(
    'notifications are set up for a user and never in an experiment: take it out, and see pitwall notify test or the setting pitwall.notify',
  );
  return { severity: 'error', ...worded(said), file: entry.file, key: 'notify', range: entry.keyRange };
}

function unknownKey(entry: KeyEntry, mayAsk: boolean): Problem {
  const meant = mayAsk ? nearestName(entry.key, namesBeside(entry.key)) : undefined;
  const written = meant?.split('.').at(-1);
  return {
    severity: 'error',
    ...worded(asking(words('unknown key'), meant)),
    file: entry.file,
    key: entry.key,
    range: entry.keyRange,
    ...(written !== undefined && { fix: changeTo(written) }),
  };
}

function badValue(entry: KeyEntry, spec: KeySpec): Problem {
  const meant =
    typeof entry.value === 'string' ? nearestName(entry.value, spec.choices ?? spec.words ?? []) : undefined;
  const said = words('expected {0}, but got {1}', expectedWords(spec), shown(entry.value));
  return {
    severity: 'error',
    ...worded(asking(said, meant)),
    ...place(entry),
    ...(meant !== undefined && { fix: changeTo(meant) }),
  };
}

/** The nearest existing name, offered after what is wrong. */
export function asking(said: Words, meant: string | undefined): Words {
  return meant === undefined ? said : words('{0}; did you mean {1}?', said, meant);
}

export function changeTo(text: string): ProblemFix {
  return fixed(words('Change to {0}', text), text);
}

/** The place of an entry's value. */
export function place(entry: KeyEntry): Pick<Problem, 'file' | 'key' | 'range'> {
  return { file: entry.file, key: entry.key, range: entry.valueRange };
}
