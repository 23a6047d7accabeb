import path from 'node:path';
import { Command, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import { runNameProblem } from '../../run/folder/create';
import type { Cli } from '../cli';
import { badInput } from '../failure';
import { runNames } from '../run-reference';

export function completionCommand(cli: Cli) {
  const { io, run } = cli;
  const command = new Command('completion')
    .description(`a script that completes commands, options and names of runs in ${SHELLS.join(', ')}`)
    .argument('<shell>', SHELLS.join(', '))
    .argument('[words...]', 'what a script asks with: completion words -- what is written so far')
    // What is written so far may be any option, of help as well: only in place of a shell it is asked of this command.
    .allowUnknownOption()
    .helpOption(false);
  return command.action(
    run(async (shell, words) => {
      io.stdout.write(HELP.has(shell) ? command.helpInformation() : await answer(cli, shell, words));
      return 0;
    }),
  );
}

const HELP: ReadonlySet<string> = new Set(['--help', '-h']);

/** A script, or the words of which one asks, a line each. */
async function answer(cli: Cli, shell: string, words: readonly string[]): Promise<string> {
  if (shell !== 'words') return scriptOf(shell);
  return (await nextWords(cli, words)).map((word) => `${word}\n`).join('');
}

function scriptOf(shell: string): string {
  if (!SHELLS.includes(shell as Shell))
    throw badInput(`completion: ${shell} is not a shell that is known; expected ${SHELLS.join(', ')}`);
  return SCRIPTS[shell as Shell];
}

async function nextWords(cli: Cli, words: readonly string[]): Promise<readonly string[]> {
  const [name = '', ...rest] = words;
  const { table, io } = cli;
  if (rest.length === 0) return [...Object.keys(table), 'help'].filter((one) => one.startsWith(name.trim()));
  const command = Object.hasOwn(table, name) ? (await table[name]())(cli) : undefined;
  return wordsFor({ cwd: io.cwd, command, words: rest });
}

type CompletionPlace = {
  readonly cwd: string;
  /** Of the command that is being written; undefined if there is none of that name. */
  readonly command: CommandUnknownOpts | undefined;
  /** All words after that command's name; the last one is being written and may be empty. */
  readonly words: readonly string[];
};

/** What may come next, of the options, the commands below it and the names of runs. */
function wordsFor({ cwd, command, words }: CompletionPlace): string[] {
  if (!command) return [];
  const [first = ''] = words;
  const below = command.commands.find((one) => one.name() === first);
  if (below && words.length > 1) return wordsFor({ cwd, command: below, words: words.slice(1) });
  const current = words.at(-1)?.trim() ?? '';
  return candidates({ cwd, command, words }, current).filter((word) => word.startsWith(current));
}

function candidates(place: CompletionPlace, current: string): readonly string[] {
  const options = place.command?.options.filter(({ hidden }) => !hidden) ?? [];
  const before = options.find(({ long }) => long === place.words.at(-2));
  if (before && takesValue(before)) return valuesOf(before, place);
  if (current.startsWith('-')) return [...options.map(({ long }) => long ?? ''), '--help'];
  return argumentsOf(place);
}

const valuesOf = ({ flags, argChoices }: Option, { cwd, words }: CompletionPlace): readonly string[] =>
  namesRun(flags) ? runsOf(cwd, words) : (argChoices ?? []);

function argumentsOf({ cwd, command, words }: CompletionPlace): string[] {
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
  const names = runNames(path.resolve(cwd, runs)).filter(isPlainName).toSorted();
  return names.length > 0 ? [...names, 'latest'] : [];
}

/**
 * What a shell completes it puts on its line as it is: a folder whose name has a blank, a star or `$(...)` in it would be another
 * line, which executes what a stranger's archive wrote there. A dash makes an option of it. No run that Pitwall makes is called so.
 */
const isPlainName = (name: string): boolean => runNameProblem(name) === undefined;

/** The shells that have a script; each asks `pitwall completion words` for what may come next. */
const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

/** What completes pitwall in a shell, and how it gets there. An empty answer leaves the word to the shell: files. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# pitwall completion bash >> ~/.bashrc
_pitwall() {
  local IFS=$'\\n'
  COMPREPLY=($(pitwall completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o bashdefault -o default -F _pitwall pitwall
`,
  zsh: `# pitwall completion zsh >> ~/.zshrc, after compinit
_pitwall() {
  local -a found
  found=("\${(@f)$(pitwall completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[*]}" ]]; then compadd -- "\${found[@]}"; else _files; fi
}
compdef _pitwall pitwall
`,
  fish: `# pitwall completion fish > ~/.config/fish/completions/pitwall.fish
function __pitwall_words
  set -l words (commandline -opc) (commandline -ct)
  pitwall completion words -- $words[2..-1] 2>/dev/null
end
complete -c pitwall -a '(__pitwall_words)'
`,
  powershell: `# pitwall completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName pitwall -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  # An empty argument does not reach a program.
  if ($word -eq '') { $words += ' ' }
  pitwall completion words '--' @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
};
