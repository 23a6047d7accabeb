import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { judgeDifference } from '../../domain/compare/verdict';
import { compareRuns, type RunsCompared } from '../../engine/compare/compare-runs';
import { loadRunDetections, type RunDetections } from '../../engine/compare/run-detections';
import type { Cli } from '../cli';
import { compareLines } from '../compare/lines';
import { badInput } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { explainedLine } from '../output/explained';
import { styleFor } from '../output/style';
import { resolveRun } from '../run-reference';

export function compareCommand({ io, run }: Cli) {
  return new Command('compare')
    .description('is B better than A? a paired bootstrap over the images of their val set')
    .argument('<run_a[@epoch]>', 'run, and its epoch; without one the best')
    .argument('<run_b[@epoch]>', 'run, and its epoch; without one the best')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--json', 'one JSON line on stdout')
    .action(
      run(async (first, second, { runs, json }) => {
        const a = await load(io, first, runs);
        const b = await load(io, second, runs);
        const compared = await compareRuns(a, b);
        if (compared.kind === 'refused')
          throw badInput(`${first} (A), ${second} (B): ${inEnglish(compared.why)}`);
        if (json) printJson(io.stdout, compareReport(a, b, compared));
        else for (const line of linesFor(io, a, b, compared)) printLine(io.stdout, line);
        return 0;
      }),
    );
}

function linesFor(io: CliIo, a: RunDetections, b: RunDetections, compared: RunsCompared): string[] {
  const lines = compareLines(a, b, { compared, style: styleFor(io, io.stdout) });
  return [...lines, explainedLine(io.installDir, 'difference')];
}

function load(io: CliIo, reference: string, runs: string): Promise<RunDetections> {
  const { dir, epoch } = resolveRun(io, reference, runs);
  return loadRunDetections(reference, dir, epoch);
}

/** What other programs read: fields may be added, these stay. */
function compareReport(a: RunDetections, b: RunDetections, compared: RunsCompared) {
  const { comparison, classes, said, recipes, isSame } = compared;
  const { map, low, high, probabilityBetter, perClass, warnings, replicates, seed, rule } = comparison;
  const side = ({ dir, epoch, reported }: RunDetections) => ({ run: dir, epoch, reported: reported ?? null });
  return {
    a: { ...side(a), ...comparison.a },
    b: { ...side(b), ...comparison.b },
    difference: { map, low, high, probabilityBetter, verdict: judgeDifference(comparison) },
    drawn: comparison.drawn,
    sameCheckpoint: isSame,
    recipes,
    footing: said.map(inEnglish),
    perClass: perClass.map((c) => ({ ...c, name: classes[c.class] })),
    warnings: warnings.map(({ said: warning }) => inEnglish(warning)),
    replicates,
    seed,
    rule,
  };
}
