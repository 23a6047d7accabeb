import path from 'node:path';
import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { runNames } from '../run-reference';

type Place = {
  readonly cwd: string;
  /** Of the command that is being written; undefined if there is none of that name. */
  readonly command: CommandUnknownOpts | undefined;
  /** All words after that command's name; the last one is being written and may be empty. */
  readonly words: readonly string[];
};

/** What may come next, of the options, the commands below it and the names of runs. */
export function wordsFor({ cwd, command, words }: Place): string[] {
  if (!command) return [];
  const [first = ''] = words;
  const below = command.commands.find((one) => one.name() === first);
  if (below && words.length > 1) return wordsFor({ cwd, command: below, words: words.slice(1) });
  const current = words.at(-1)?.trim() ?? '';
  return candidates({ cwd, command, words }, current).filter((word) => word.startsWith(current));
}

function candidates(place: Place, current: string): readonly string[] {
  const options = place.command?.options.filter(({ hidden }) => !hidden) ?? [];
  const before = options.find(({ long }) => long === place.words.at(-2));
  if (before && takesValue(before)) return valuesOf(before, place);
  if (current.startsWith('-')) return [...options.map(({ long }) => long ?? ''), '--help'];
  return argumentsOf(place);
}

const valuesOf = ({ flags, argChoices }: Option, { cwd, words }: Place): readonly string[] =>
  namesRun(flags) ? runsOf(cwd, words) : (argChoices ?? []);

function argumentsOf({ cwd, command, words }: Place): string[] {
  const commands = command?.commands.map((one) => one.name()) ?? [];
  const isOfRun = command?.registeredArguments.some((argument) => namesRun(argument.name())) ?? false;
  return [...commands, ...(isOfRun ? runsOf(cwd, words) : [])];
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;
/** `--runs <dir>` names a folder. */
const namesRun = (text: string): boolean => /\bruns?(\b|_)/i.test(text) && !text.includes('<dir>');

/** Beside this folder, or in the one that the line names. */
function runsOf(cwd: string, words: readonly string[]): string[] {
  const at = words.indexOf('--runs');
  const runs = at < 0 ? 'runs' : (words[at + 1] ?? 'runs');
  const names = runNames(path.resolve(cwd, runs)).toSorted();
  return names.length > 0 ? [...names, 'latest'] : [];
}
