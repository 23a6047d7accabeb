import path from 'node:path';
import { inEnglish } from '../../base/words';
import { breakdownCsv } from '../../domain/display/breakdown-csv';
import type { Breakdown } from '../../domain/evaluation/breakdown';
import type { CurveColumns } from '../../domain/evaluation/ultralytics/curves';
import { openAsked, taskOfRun } from '../../engine/compare/evidence';
import { keptEpochs, loadRunDetections, type RunDetections } from '../../engine/compare/run-detections';
import { breakdownOfFile, whyNoBreakdown } from '../../engine/gallery/breakdown';
import { badInput } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { resolveRun } from '../run-reference';
import { confusionLines, sizeLines, thresholdLines } from './breakdown-lines';

const PARTS = ['confusion', 'curves', 'sizes'] as const;
type AskedPart = (typeof PARTS)[number];

type BreakdownFlags = Partial<Record<AskedPart, true>> & {
  readonly runs: string;
  readonly json?: true;
  readonly csv?: true;
};

/** The parts that a command line asks for; throws if its other options do not go with them. */
function askedParts(flags: BreakdownFlags): readonly AskedPart[] {
  const asked = PARTS.filter((part) => flags[part]);
  if (flags.csv && asked.length !== 1)
    throw badInput('pitwall show: --csv goes with one of --confusion, --curves and --sizes');
  if (flags.csv && flags.json) throw badInput('pitwall show: say --csv or --json');
  return asked;
}

const LINES: Readonly<Record<AskedPart, (breakdown: Breakdown) => string[]>> = {
  confusion: confusionLines,
  curves: thresholdLines,
  sizes: sizeLines,
};

/** Prints parts of what a checkpoint's validation says class by class, from its kept detections; the best without an epoch. */
export async function showBreakdown(io: CliIo, text: string, flags: BreakdownFlags): Promise<void> {
  const parts = askedParts(flags);
  const { dir, epoch, file, report } = await detectionsOf(io, text, flags.runs);
  const breakdown = breakdownOfFile(file, report);
  if (flags.csv) io.stdout.write(breakdownCsv(parts[0], breakdown));
  else if (flags.json) printJson(io.stdout, breakdownReport({ run: dir, epoch }, parts, breakdown));
  else {
    printLine(io.stdout, `${path.basename(dir)}  epoch ${epoch}, from its kept detections`);
    const lines = parts.flatMap((part) => ['', ...LINES[part](breakdown)]);
    for (const line of lines) printLine(io.stdout, line);
  }
}

async function detectionsOf(io: CliIo, text: string, runs: string): Promise<RunDetections> {
  const { dir, epoch } = resolveRun(io, text, runs);
  const { state } = await openAsked({ text, dir, epoch });
  const isDetect = (taskOfRun(state) ?? 'detect') === 'detect';
  if (!isDetect || (await keptEpochs(dir)).length === 0)
    throw badInput(`${text}: ${inEnglish(whyNoBreakdown(state))}`);
  return loadRunDetections(text, dir, epoch, state);
}

/** What other programs read: fields may be added, these stay. */
function breakdownReport(
  head: { readonly run: string; readonly epoch: number },
  parts: readonly AskedPart[],
  breakdown: Breakdown,
): object {
  const { names, labels } = breakdown;
  const of: Readonly<Record<AskedPart, () => object>> = {
    confusion: () => breakdown.confusion,
    curves: () => curvesReport(breakdown),
    sizes: () => breakdown.sizes,
  };
  return { ...head, classes: names, labels, ...Object.fromEntries(parts.map((part) => [part, of[part]()])) };
}

function curvesReport({ curves: { confidence, recall, mean, classes } }: Breakdown): object {
  const columnsOf = (columns: CurveColumns | undefined): object | undefined =>
    columns && {
      precision: rounded(columns.precision),
      recall: rounded(columns.recall),
      f1: rounded(columns.f1),
      precisionOverRecall: rounded(columns.envelope),
    };
  return {
    confidence: rounded(confidence),
    recall: rounded(recall),
    mean: mean && { ...mean, best: mean.best ?? null, columns: columnsOf(mean.columns) },
    classes: classes.map(({ columns, best, common, ...one }) => ({
      ...one,
      // None is said, not left out: a program asks each class for it.
      ...{ best: best ?? null, common: common ?? null },
      columns: columnsOf(columns),
    })),
  };
}

/** Single precision has seven digits. */
const rounded = (values: Float32Array): number[] => Array.from(values, (v) => Number(v.toFixed(6)));
