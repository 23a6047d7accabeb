import { Command } from '@commander-js/extra-typings';
import { toJsonLine } from '../../base/json';
import { type Comparison, compareDetections } from '../../domain/compare/compare';
import type { Cli } from '../cli';
import { compareLines } from '../compare/lines';
import { loadRunDetections, type RunDetections } from '../compare/load-detections';
import { badInput } from '../failure';
import { printLine } from '../io';
import { styleFor } from '../output/style';

export function compareCommand({ io, run }: Cli) {
  return new Command('compare')
    .description('is B better than A? a paired bootstrap over the images of their val set')
    .argument('<run_a[@epoch]>', 'run, and its epoch; without one the best')
    .argument('<run_b[@epoch]>', 'run, and its epoch; without one the best')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--json', 'one JSON line on stdout')
    .action(
      run(async (first, second, { runs, json }) => {
        const a = await loadRunDetections(io, first, runs);
        const b = await loadRunDetections(io, second, runs);
        if (a.file.header.fingerprint !== b.file.header.fingerprint)
          throw badInput(
            `${first}, ${second}: were validated on different val sets (images, sizes or labels differ)`,
          );
        const comparison = compareDetections(a.file.truth, a.file.detections, b.file.detections);
        if (json) io.stdout.write(toJsonLine(compareReport(a, b, comparison)));
        else
          for (const line of compareLines(a, b, { comparison, style: styleFor(io, io.stdout) }))
            printLine(io.stdout, line);
        return 0;
      }),
    );
}

/** What other programs read: fields may be added, these stay. */
function compareReport(a: RunDetections, b: RunDetections, comparison: Comparison) {
  const { map, low, high, probabilityBetter, biasCorrected, perClass, warnings, replicates, seed, rule } =
    comparison;
  return {
    a: { run: a.dir, epoch: a.epoch, ...comparison.a },
    b: { run: b.dir, epoch: b.epoch, ...comparison.b },
    difference: { map, low, high, probabilityBetter, biasCorrected },
    perClass: perClass.map((c) => ({ ...c, name: a.file.header.classes[c.class] })),
    warnings: warnings.map(({ message }) => message),
    replicates,
    seed,
    rule,
  };
}
