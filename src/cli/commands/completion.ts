import { Command } from '@commander-js/extra-typings';
import type { Cli } from '../cli';
import { SCRIPTS, SHELLS, type Shell } from '../completion/scripts';
import { wordsFor } from '../completion/words';
import { badInput } from '../failure';
import { printLine } from '../io';

export function completionCommand(cli: Cli) {
  const { io, run } = cli;
  return (
    new Command('completion')
      .description(`a script that completes commands, options and names of runs in ${SHELLS.join(', ')}`)
      .argument('<shell>', SHELLS.join(', '))
      .argument('[words...]', 'what a script asks with: completion words -- what is written so far')
      // What is written so far may be any option.
      .allowUnknownOption()
      .helpOption(false)
      .action(
        run(async (shell, words) => {
          if (shell === 'words') for (const word of await nextWords(cli, words)) printLine(io.stdout, word);
          else io.stdout.write(scriptOf(shell));
          return 0;
        }),
      )
  );
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
