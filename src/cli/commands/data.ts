import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { toJsonLine } from '../../base/json';
import { formatProblem, hasErrors, type Problem } from '../../base/problem';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { rootOf } from '../../dataset/sources';
import { loadSplit } from '../../dataset/split';
import { convertLabels } from '../../dataset/survey/convert';
import { findingsOf } from '../../dataset/survey/findings';
import type { ImageReader } from '../../dataset/survey/image-reader';
import { type Survey, surveyDataset } from '../../dataset/survey/survey';
import type { DatasetYaml, SplitName } from '../../domain/dataset/parse';
import { formatCount } from '../../domain/display/format';
import { withImageReader } from '../../engine/image-process';
import type { Cli } from '../cli';
import { reportProblems } from '../experiment';
import { badInput } from '../failure';
import { type CliIo, printLine } from '../io';
import { wholeNumber } from '../option-values';
import { formatTable } from '../output/table';

const SPLITS: readonly SplitName[] = ['train', 'val', 'test'];
const IMGSZ = 640;

export function dataCommand({ io, run }: Cli) {
  return new Command('data')
    .description('what is in a dataset: images, labels, classes, and what is doubtful about them')
    .argument('<data>', 'dataset YAML')
    .option(
      '--imgsz <n>',
      'image size of the training; boxes that become too small for it are counted',
      wholeNumber,
      IMGSZ,
    )
    .option(
      '--convert',
      'write YOLO labels for images that have none, from Pascal VOC or COCO annotations near them',
    )
    .option('--json', 'one JSON line on stdout')
    .action(
      run(async (data, { imgsz, convert, json }) => {
        const yaml = path.resolve(io.cwd, data);
        const dataset = await datasetOf(io, yaml);
        const splits = SPLITS.filter((name) => dataset[name].length > 0);
        const survey = await withImageReader({ installDir: io.installDir }, async (reader) => {
          if (convert) await convertAll(io, { yaml, dataset, splits, reader });
          return surveyDataset(yaml, { imgsz, splits, mostDecoded: Number.POSITIVE_INFINITY, reader });
        });
        const problems = [...survey.problems, ...findingsOf(survey, { file: data, imgsz })];
        const [source = ''] = dataset.train;
        if (json)
          io.stdout.write(toJsonLine({ ...jsonOf(survey), root: rootOf(dataset, yaml, source), problems }));
        else print(io, survey, problems);
        return hasErrors(problems) ? 2 : 0;
      }),
    );
}

function print(io: CliIo, survey: Survey, problems: readonly Problem[]): void {
  for (const line of linesOf(survey)) printLine(io.stdout, line);
  for (const problem of problems) printLine(io.stdout, `${problem.severity}: ${formatProblem(problem)}`);
}

async function datasetOf(io: CliIo, yaml: string): Promise<DatasetYaml> {
  const { dataset, problems } = await loadDatasetYaml(yaml);
  reportProblems(io, problems);
  if (!dataset) throw badInput(`${yaml}: is not a dataset`);
  return dataset;
}

type Conversion = {
  readonly yaml: string;
  readonly dataset: DatasetYaml;
  readonly splits: readonly SplitName[];
  readonly reader: ImageReader;
};

async function convertAll(io: CliIo, { yaml, dataset, splits, reader }: Conversion): Promise<void> {
  for (const name of splits) {
    const { unlabelled } = await loadSplit(yaml, name);
    if (unlabelled.length === 0) continue;
    const result = await convertLabels(unlabelled, dataset.names, reader);
    if (result.kind === 'unknown names')
      throw badInput(
        `${yaml}: names: lacks ${result.names.join(', ')}, which the annotations of ${name} use; nothing was written for it`,
      );
    const { written, boxes, without } = result;
    const rest = without > 0 ? `; ${formatCount(without)} images have no annotation` : '';
    printLine(
      io.stderr,
      `${name}: ${formatCount(written)} label files with ${formatCount(boxes)} boxes written${rest}`,
    );
  }
}

function jsonOf({ names, splits, lookAlikes }: Survey) {
  const shown = splits.map(({ name, unlabelled, ...split }) => [
    name,
    { ...split, unlabelled: unlabelled.length },
  ]);
  return { names, ...Object.fromEntries(shown), lookAlikes };
}

function linesOf({ names, splits, problems }: Survey): string[] {
  const isUnread = ({ images: all }: Survey['splits'][number]): boolean => all === 0 && hasErrors(problems);
  if (splits.every(isUnread)) return [];
  const right = (title: string) => ({ title, align: 'right' as const });
  const images = formatTable(
    [{ title: 'split' }, right('images'), right('without labels'), right('boxes')],
    splits.map((split) => [
      split.name,
      ...[split.images, split.unlabelled.length, split.boxes].map(isUnread(split) ? () => '-' : formatCount),
    ]),
  );
  const classes = formatTable(
    [{ title: 'class' }, ...splits.map(({ name }) => right(name))],
    names.map((name, cls) => [
      name,
      ...splits.map((split) => (isUnread(split) ? '-' : formatCount(split.perClass[cls] ?? 0))),
    ]),
  );
  return [...images, '', ...classes, ''];
}
