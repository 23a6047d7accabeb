import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { judgeDifference } from '../../domain/compare/verdict';
import { compareMany, differencesBetween } from '../../engine/compare/compare-many';
import { type BoxesCompared, compareOpened } from '../../engine/compare/compare-runs';
import { openAsked } from '../../engine/compare/evidence';
import type { RunDetections } from '../../engine/compare/run-detections';
import type { Cli } from '../cli';
import { drawnLines, drawnReport } from '../compare/drawn-lines';
import { compareLines } from '../compare/lines';
import { differenceLines, manyLines, manyReport } from '../compare/many-lines';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { explainedLine } from '../output/numbers';
import { styleFor } from '../output/style';
import { resolveRun } from '../run-reference';

const MOST_RUNS = 20;

type CompareFlags = { readonly runs: string; readonly baseline?: string; readonly json?: true };

export function compareCommand({ io, run }: Cli) {
  return new Command('compare')
    .description(
      'is B better than A? a paired bootstrap over the images of their val set; several against one',
    )
    .argument('<run_a[@epoch]>', 'run, and its epoch; without one the best')
    .argument('<run_b[@epoch]>', 'run, and its epoch; without one the best')
    .argument('[more...]', `further runs, ${MOST_RUNS} in all: each is compared with the baseline`)
    .option('--baseline <run>', 'the one of them that the others are compared with; without it the first')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--json', 'one JSON line on stdout')
    .action(
      run((first, second, more, options) =>
        more.length === 0 && options.baseline === undefined
          ? compareTwo(io, [first, second], options)
          : compareAll(io, [first, second, ...more], options),
      ),
    );
}

async function compareTwo(
  io: CliIo,
  [first, second]: readonly [string, string],
  { runs, json }: CompareFlags,
): Promise<ExitCode> {
  const open = (text: string) => openAsked({ text, ...resolveRun(io, text, runs) });
  const sides = [await open(first), await open(second)] as const;
  const compared = await compareOpened(...sides);
  if (compared.kind === 'refused') throw badInput(`${first} (A), ${second} (B): ${inEnglish(compared.why)}`);
  const differences = differencesBetween([
    { state: sides[0].state, found: compared.a },
    { state: sides[1].state, found: compared.b },
  ]);
  if (json) {
    const report = compared.kind === 'drawn' ? drawnReport(compared) : compareReport(compared);
    printJson(io.stdout, { ...report, ...differences });
    return 0;
  }
  const style = styleFor(io, io.stdout);
  const lines = compared.kind === 'drawn' ? drawnLines(compared, style) : compareLines(compared, style);
  for (const line of [...lines, ...differenceLines(differences)]) printLine(io.stdout, line);
  const ofClasses = compared.kind === 'drawn' ? [] : (['classes'] as const);
  printLine(io.stdout, explainedLine(io.installDir, 'difference', ...ofClasses, 'recipes'));
  return 0;
}

/** Of several, one that cannot be compared has a reason in its row; the others have their difference. */
async function compareAll(io: CliIo, texts: readonly string[], options: CompareFlags): Promise<ExitCode> {
  const { runs, baseline = texts[0], json } = options;
  if (texts.length > MOST_RUNS) throw badInput(`pitwall compare: at most ${MOST_RUNS} runs at once`);
  const at = texts.indexOf(baseline);
  if (at < 0) throw badInput(`--baseline ${baseline}: expected one of ${texts.join(', ')}`);
  const asked = texts.map((text) => ({ text, ...resolveRun(io, text, runs) }));
  const compared = await compareMany(asked, at);
  if (json) printJson(io.stdout, manyReport(compared));
  else {
    for (const line of manyLines(compared, styleFor(io, io.stdout))) printLine(io.stdout, line);
    printLine(io.stdout, explainedLine(io.installDir, 'several-runs-and-a-gate'));
  }
  return 0;
}

/** What other programs read: fields may be added, these stay. */
function compareReport({ a, b, compared }: BoxesCompared) {
  const { comparison, classes, said, recipes, isSame } = compared;
  const { map, low, high, probabilityBetter, perClass, warnings, replicates, seed, rule } = comparison;
  const side = ({ dir, epoch, report }: RunDetections) => ({
    ...{ run: dir, epoch },
    reported: report?.map ?? null,
  });
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
