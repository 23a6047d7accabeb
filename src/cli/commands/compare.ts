import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { judgeDifference } from '../../domain/compare/verdict';
import { compareDrawn, drawnCheckpoint } from '../../engine/compare/compare-draws';
import {
  compareMany,
  detectionsOf,
  differencesBetween,
  type Opened,
  openAsked,
} from '../../engine/compare/compare-many';
import { compareRuns, type RunsCompared } from '../../engine/compare/compare-runs';
import type { RunDetections } from '../../engine/compare/run-detections';
import type { Cli } from '../cli';
import { type DrawnPair, drawnLines, drawnReport } from '../compare/drawn-lines';
import { compareLines } from '../compare/lines';
import { manyLines } from '../compare/many-lines';
import { manyReport } from '../compare/many-report';
import { differenceLines } from '../compare/setting-lines';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { explainedLine } from '../output/explained';
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
  const pair = drawnPair(...sides);
  if (pair) return printDrawn(io, pair, json);
  const [a, b] = [await detectionsOf(sides[0]), await detectionsOf(sides[1])];
  const compared = await compareRuns(a, b);
  if (compared.kind === 'refused') throw badInput(`${first} (A), ${second} (B): ${inEnglish(compared.why)}`);
  const differences = differencesBetween([
    { state: sides[0].state, found: a },
    { state: sides[1].state, found: b },
  ]);
  if (json) printJson(io.stdout, { ...compareReport(a, b, compared), ...differences });
  else {
    for (const line of compareLines(a, b, { compared, style: styleFor(io, io.stdout) }))
      printLine(io.stdout, line);
    for (const line of differenceLines(differences)) printLine(io.stdout, line);
    printLine(io.stdout, explainedLine(io.installDir, 'difference'));
  }
  return 0;
}

function printDrawn(io: CliIo, pair: DrawnPair, json: true | undefined): ExitCode {
  if (json) printJson(io.stdout, drawnReport(pair));
  else for (const line of drawnLines(pair)) printLine(io.stdout, line);
  return 0;
}

/** Checkpoints of a task other than detection; undefined if boxes are compared. */
function drawnPair(first: Opened, second: Opened): DrawnPair | undefined {
  const [a, b] = [drawnCheckpoint(first), drawnCheckpoint(second)];
  if (!a && !b) return undefined;
  const difference = a && b && a.task === b.task ? compareDrawn(a, b) : undefined;
  if (a && b && difference) return { a, b, difference };
  const tasks = [a, b].map((side) => side?.task ?? 'detect');
  const why =
    tasks[0] === tasks[1]
      ? 'were not judged on the same images by the same rule'
      : `their tasks are ${tasks.join(' and ')}`;
  throw badInput(`${first.text} (A), ${second.text} (B): ${why}`);
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
    printLine(io.stdout, explainedLine(io.installDir, 'difference'));
  }
  return 0;
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
