import { Command } from '@commander-js/extra-typings';
import type { Cli } from '../cli';
import { resolveWholeRun } from '../run-reference';
import { mayAct, TRUST } from '../trust';
import { createHumanReporter } from '../watch/human-reporter';
import { createJsonReporter } from '../watch/reporter';
import { canDraw } from '../watch/screen/terminal';
import { exitCodeOf } from '../watch/summary';
import { watchRun } from '../watch/watch-run';

export function watchCommand({ io, run }: Cli) {
  return new Command('watch')
    .description('watch a run to its end; Ctrl-C leaves it running')
    .argument('<run>', 'run folder, a name under runs/, or latest')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option(...TRUST)
    .option('--json', 'all events as JSON lines on stdout, a result line at the end')
    .option('--plain', 'lines, also on a terminal that could show charts')
    .action(
      run(async (text, { runs, json, plain, trust }) => {
        const dir = resolveWholeRun(io, text, runs);
        if (!json && !plain && canDraw(io)) {
          await mayAct(io, dir, trust);
          // Loaded if it is drawn on a terminal, and by no other command.
          const { watchOnScreen } = await import('../watch/screen/watch-screen');
          return watchOnScreen(io, dir);
        }
        const reporter = json ? createJsonReporter(io) : createHumanReporter(io, dir);
        const onInterrupt = (): boolean => {
          reporter.note('the run goes on');
          return false;
        };
        await mayAct(io, dir, trust);
        const followed = await watchRun(io, { dir, reporter, onInterrupt });
        followed.live.dispose();
        return exitCodeOf(followed);
      }),
    );
}
