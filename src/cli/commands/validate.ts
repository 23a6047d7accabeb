import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { NO_LABELS } from '../../domain/compare/val-set';
import { metricNames } from '../../domain/run/task';
import type { ValidateParams, ValidateResult } from '../../protocol/validator';
import { lacksLabels } from '../../run/measured';
import type { ValidationReport } from '../../run/validation';
import type { Cli } from '../cli';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { wholeNumber, wholeNumberOrAuto } from '../option-values';
import { type NamedFile, placeOf } from '../output/named-file';
import { cocoLines, score, seconds } from '../output/numbers';
import { createProgress } from '../output/progress';
import { formatTable, type TableColumn } from '../output/table';
import { TRUST } from '../trust';
import { type CheckpointTarget, checkpointToValidate } from '../validate/checkpoint';
import { withValidator } from '../with-validator';

const right = (title: string): TableColumn => ({ title, align: 'right' });

type ValidationTarget = Partial<Omit<ValidateParams, 'model' | 'data'>> &
  Pick<ValidateParams, 'model' | 'data'>;

export function validateCommand({ io, run }: Cli) {
  return new Command('validate')
    .description('metrics of an ONNX detector on a dataset, or of a checkpoint of a run')
    .argument('[model]', 'ONNX file with its preprocessing in Ultralytics style metadata')
    .option('--data <yaml>', 'Ultralytics dataset YAML')
    .option('--run <run[@epoch]>', 'validate a checkpoint of this run (the best one without @epoch)')
    .addOption(new Option('--split <split>', 'which images').choices(['train', 'val', 'test'] as const))
    .option('--device <device>', 'auto, cpu, webgpu, cuda, cuda:N, dml, dml:N, coreml')
    .option('--batch <n>', 'images per batch, or auto', wholeNumberOrAuto)
    .addOption(new Option('--half <mode>', 'FP16').choices(['auto', 'on', 'off'] as const))
    .option('--imgsz <n>', 'side of the square input in pixels; without it the model says', wholeNumber)
    .option('--save-json <file>', 'write the detections as COCO JSON')
    .option(...TRUST)
    .option('--json', 'one JSON line on stdout')
    .action(
      run(async (model, options) => {
        const target = await targetOf(io, model, options);
        if (target.kind === 'judged') return printJudged(io, target, options);
        const { saveJson, run: _run, json, data: _data, trust: _trust, ...rest } = options;
        const { kind: _kind, ...asked } = target;
        const params = {
          ...asked,
          ...rest,
          ...(saveJson && { saveJson: await placeOf(io, jsonFile(saveJson)) }),
        };
        const result = await validateWithBar(io, params);
        for (const problem of result.problems) printLine(io.stderr, inEnglish(problem));
        await print(io, result.report, json ? undefined : target.data);
        return 0;
      }),
    );
}

const jsonFile = (file: string): NamedFile => ({ option: '--save-json', file, endings: ['.json'] });

type NamedSource = { readonly run?: string; readonly data?: string; readonly trust?: true };

async function targetOf(
  io: CliIo,
  model: string | undefined,
  options: NamedSource,
): Promise<CheckpointTarget> {
  if (options.run !== undefined) {
    if (model !== undefined) throw badInput('pitwall: give a model or --run, not both');
    return targetOfRun(io, options.run, options);
  }
  if (model === undefined) throw badInput('pitwall: a model or --run is needed');
  if (options.data === undefined)
    throw badInput('pitwall: --data is needed: the dataset YAML to validate on');
  return { kind: 'model', model: path.resolve(io.cwd, model), data: path.resolve(io.cwd, options.data) };
}

async function targetOfRun(io: CliIo, run: string, { data, trust }: NamedSource): Promise<CheckpointTarget> {
  const target = await checkpointToValidate(io, run, {
    namesData: data !== undefined,
    ...(trust && { trust }),
  });
  if (data !== undefined && target.kind === 'model') return { ...target, data: path.resolve(io.cwd, data) };
  if (target.data === '') throw badInput(`${run}: the run names no dataset: give --data DATA.yaml`);
  return target;
}

/** What its library judges, it judges as the run is set: it knows no other dataset, device or size. */
async function printJudged(
  io: CliIo,
  { report, data }: Extract<CheckpointTarget, { kind: 'judged' }>,
  { run: _run, trust: _trust, json, ...changes }: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const [changed] = Object.keys(changes).filter((name) => changes[name] !== undefined);
  if (changed !== undefined)
    throw badInput(
      `pitwall validate: Ultralytics' own val judges this checkpoint, as its run is set: --${changed.replace('saveJson', 'save-json')} cannot change that`,
    );
  await print(io, report, json ? undefined : data);
  return 0;
}

async function validateWithBar(io: CliIo, params: ValidationTarget): Promise<ValidateResult> {
  const progress = createProgress(io.stderr, io.env);
  try {
    return await withValidator(io, (validator) =>
      validator.validate(params, ({ done, total }) =>
        progress.update(done / Math.max(1, total), 'validating', `${done}/${total} images`),
      ),
    );
  } finally {
    progress.stop();
  }
}

async function print(io: CliIo, report: ValidationReport, data: string | undefined): Promise<void> {
  if (data === undefined) {
    printJson(io.stdout, report);
    return;
  }
  const names = (await loadDatasetYaml(data)).dataset?.names ?? [];
  for (const line of validationLines(report, names)) printLine(io.stdout, line);
}

/** A validation for people: what ran, Ultralytics' table with a row per class, COCO's 12 numbers if it is of boxes. */
function validationLines(report: ValidationReport, names: readonly string[]): string[] {
  const table = report.task === 'classify' ? accuracyTable(report) : boxTable(report, names);
  const coco = report.task === undefined ? ['', ...cocoLines(report.coco)] : [];
  const lacking = lacksLabels(report) ? [inEnglish(NO_LABELS)] : [];
  return [headline(report), '', ...table, ...coco, ...lacking];
}

function accuracyTable({ images, map, map50, task }: ValidationReport): string[] {
  const [top1, top5] = metricNames(task);
  const columns = [{ title: 'class' }, ...['images', top1, top5].map(right)];
  return formatTable(columns, [['all', String(images), score(map), score(map50)]]);
}

function boxTable(report: ValidationReport, names: readonly string[]): string[] {
  const { perClass, images, precision, recall, map50, map } = report;
  const [mapTitle, map50Title, p, r] = metricNames(report.task);
  const columns = [{ title: 'class' }, ...['images', 'labels', p, r, map50Title, mapTitle].map(right)];
  const labels = perClass.reduce((sum, c) => sum + c.labels, 0);
  const all = ['all', String(images), String(labels), ...[precision, recall, map50, map].map(score)];
  const rows = perClass.map((c) => [
    names[c.class] ?? `class ${c.class}`,
    String(c.images),
    String(c.labels),
    ...[c.precision, c.recall, c.ap50, c.ap].map(score),
  ]);
  return formatTable(columns, [all, ...rows]);
}

function headline(report: ValidationReport): string {
  const speed = report.seconds.inference > 0 ? report.images / report.seconds.inference : Number.NaN;
  return [
    `${report.images} images${report.skipped > 0 ? ` (${report.skipped} skipped)` : ''}`,
    report.device,
    `imgsz ${report.imgsz}`,
    `batch ${report.batch}`,
    report.half ? 'FP16' : 'FP32',
    seconds(report.seconds.total),
    ...(Number.isFinite(speed) ? [`inference ${speed.toFixed(speed < 10 ? 1 : 0)} images/s`] : []),
  ].join('  ');
}
