import { inEnglish } from '../../base/words';
import { KEYS } from './key-table';
import { DECIDED_BY_PITWALL } from './keys-ultralytics';

/** What Pitwall does with an argument of Ultralytics in an experiment file. */
export type ArgumentFate = {
  readonly kind: 'passes' | 'translated' | 'overruled';
  /** Why it is not simply passed on; '' if it is. */
  readonly why: string;
};

const TRANSLATED: Readonly<Record<string, string>> = {
  model: 'a checkpoint of an earlier run may be named as well; a resume replaces it',
  data: 'becomes an absolute path, so that it is the same file for plan, training and validation',
  half: 'is the default of validation.half: in training Ultralytics itself follows amp',
  patience:
    'is the default of early_stop.patience, without smoothing; passed on if Ultralytics validates in its loop',
  val: 'true: Ultralytics validates in its loop as well; false: no program does, except Ultralytics after the last epoch',
  resume: 'as written; a resume of a run of Pitwall goes on from its own last checkpoint',
  save_period: 'is the default of checkpoints.keep_every as well',
};

const OVERRULED: Readonly<Record<string, string>> = {
  mode: 'an experiment is trained',
  task: "is the model's own; names it if the model's name does not",
  save: 'is true: what is not saved can be neither validated nor gone on from',
};

/** Undefined if it is not an argument of Ultralytics. */
export function fateOf(key: string): ArgumentFate | undefined {
  const spec = KEYS.find((one) => one.key === key);
  if (spec?.origin !== 'ultralytics' || !spec.trainers.includes('ultralytics')) return undefined;
  const decided = DECIDED_BY_PITWALL.get(key);
  if (decided !== undefined) return { kind: 'overruled', why: inEnglish(decided) };
  if (OVERRULED[key] !== undefined) return { kind: 'overruled', why: OVERRULED[key] };
  return TRANSLATED[key] === undefined
    ? { kind: 'passes', why: '' }
    : { kind: 'translated', why: TRANSLATED[key] };
}

/** Arguments with their defaults, by version of Ultralytics, oldest first. */
export type VersionedArguments = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** ARGUMENTS.md beside the runner: a row for each argument, and which versions know it. */
export function argumentsTable(versions: VersionedArguments): string {
  const rows = KEYS.flatMap(({ key, default: fallback }) => {
    const fate = fateOf(key);
    const known = knownTo(key, versions);
    return fate
      ? [`| \`${key}\` | \`${JSON.stringify(fallback)}\` | ${fate.kind} | ${known} | ${fate.why} |`]
      : [];
  });
  return [
    "# Ultralytics' arguments in an experiment file",
    '',
    'Written by `node src/build/arguments.mjs` from the table of keys and the defaults of the versions that are tried',
    `(${Object.keys(versions).join(', ')}); a test holds both together, and another starts the library with an odd value of`,
    'each and compares what its args.yaml says. What the installed version does not know is reported when a run starts.',
    '`passes` means: as written, of the same type.',
    '',
    '| argument | default | what becomes of it | known to | why |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function knownTo(key: string, versions: VersionedArguments): string {
  const names = Object.keys(versions);
  const having = names.filter((name) => key in versions[name]);
  if (having.length === names.length) return 'all';
  if (having.length === 0) return 'none of these';
  const [first, last] = [having[0], having[having.length - 1]];
  if (last === names[names.length - 1]) return `${first} and later`;
  return first === names[0] ? `up to ${last}` : `${first} to ${last}`;
}
