import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { viewRun } from '../../engine/runs/view-run';
import { rewindRefusal } from '../../protocol/rewind-target';
import type { Cli } from '../cli';
import { badInput } from '../failure';
import { countFromZero, factor } from '../option-values';
import { noteHere } from '../resume';
import { resolveWholeRun } from '../run-reference';
import { TRUST } from '../trust';
import { ask, RUN, RUNS } from './requests';

export function rewindCommand({ io, run }: Cli) {
  return new Command('rewind')
    .description(
      'go back to a checkpoint from before the trouble and train on from there at a lower LR; does not wait for the end',
    )
    .argument(...RUN)
    .option(
      '--to <epoch>',
      'the checkpoint of this epoch, 0 to start again; later checkpoints are dropped',
      countFromZero,
    )
    .option(
      '--lr-factor <f>',
      'what the LR is multiplied by; 0.5 unless the experiment says otherwise',
      factor,
    )
    .option('--warmup <steps>', 'steps of the fresh warm-up', countFromZero)
    .option(...RUNS)
    .option(...TRUST)
    .action(
      run(async (text, { runs, trust, to, lrFactor, warmup }) => {
        const dir = resolveWholeRun(io, text, runs);
        const wish = {
          ...(to !== undefined && { epoch: to }),
          ...(lrFactor !== undefined && { lrFactor }),
          ...(warmup !== undefined && { warmup }),
        };
        await refuseRewind(dir, to);
        await noteHere(io, dir);
        await ask(io, dir, { type: 'rewind', ...wish }, trust);
        return 0;
      }),
    );
}

/** What the keeper would refuse is bad input, said before a keeper is started for it. */
async function refuseRewind(dir: string, to: number | undefined): Promise<void> {
  const live = await viewRun(dir);
  const refusal = rewindRefusal(live.state, to);
  if (refusal !== undefined) throw badInput(`${dir}: ${inEnglish(refusal)}`);
}
