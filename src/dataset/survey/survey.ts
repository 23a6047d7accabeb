import { mapPool } from '../../base/async';
import type { Problem } from '../../base/problem';
import { countTiny, type LabelStats, labelStats } from '../../domain/dataset/labels';
import type { SplitName } from '../../domain/dataset/parse';
import { type DatasetSplit, loadSplit } from '../split';
import { type ForeignLabels, findForeignLabels } from './foreign-labels';
import type { ImageReader } from './image-reader';
import { findLookAlikes, identicalPairs, type LookAlikes } from './look-alikes';

export type SplitSurvey = LabelStats & {
  readonly name: SplitName;
  readonly images: number;
  readonly unlabelled: readonly string[];
  /** Boxes under 2 pixels at the training size; undefined if the images were not opened. */
  readonly tiny?: number;
  readonly foreign?: ForeignLabels;
};

export type Survey = {
  readonly names: readonly string[];
  readonly splits: readonly SplitSurvey[];
  /** Of train and val. */
  readonly lookAlikes: LookAlikes;
  readonly problems: readonly Problem[];
};

export type SurveyOptions = {
  readonly imgsz: number;
  readonly splits: readonly SplitName[];
  readonly singleCls?: boolean;
  readonly fraction?: number;
  /** Sets of more images are not decoded: starting a run should not have to wait for a report. */
  readonly mostDecoded: number;
  readonly reader: ImageReader;
};

const HEADER_WIDTH = 16;

export type LoadedSplit = { readonly name: SplitName; readonly split: DatasetSplit };

/** What is in a dataset: images, labels, classes, what is doubtful and what is in both splits. */
export async function surveyDataset(yaml: string, options: SurveyOptions): Promise<Survey> {
  const { singleCls = false, fraction = 1 } = options;
  const loaded = await Promise.all(
    options.splits.map(async (name): Promise<LoadedSplit> => {
      const share = name === 'train' ? { fraction } : {};
      return { name, split: await loadSplit(yaml, name, { singleCls, ...share }) };
    }),
  );
  return surveyOf(loaded, options);
}

/** The same of splits that were read already. */
export async function surveyOf(loaded: readonly LoadedSplit[], options: SurveyOptions): Promise<Survey> {
  const total = loaded.reduce((sum, { split }) => sum + split.images.length, 0);
  const reader = total <= options.mostDecoded ? options.reader : undefined;
  const splits = await Promise.all(loaded.map((one) => surveySplit(one, options.imgsz, reader)));
  const seen = new Set<string>();
  const problems = loaded
    .flatMap(({ split }) => split.problems)
    .filter((problem) => {
      const key = JSON.stringify(problem);
      return !seen.has(key) && seen.add(key);
    });
  return {
    names: loaded[0]?.split.names ?? [],
    splits,
    lookAlikes: await lookAlikesOf(loaded, reader),
    problems,
  };
}

async function surveySplit(
  { name, split }: LoadedSplit,
  imgsz: number,
  reader: ImageReader | undefined,
): Promise<SplitSurvey> {
  const { images, unlabelled, names } = split;
  const foreign = unlabelled.length === 0 ? undefined : await findForeignLabels(unlabelled);
  return {
    name,
    ...labelStats(images, names.length),
    images: images.length,
    unlabelled,
    ...(reader && { tiny: await tinyBoxes(split, imgsz, reader) }),
    ...(foreign && { foreign }),
  };
}

async function tinyBoxes({ images }: DatasetSplit, imgsz: number, reader: ImageReader): Promise<number> {
  const counts = await mapPool(images, HEADER_WIDTH, async ({ file, boxes }) => {
    const size = boxes.length === 0 ? undefined : await reader.size(file);
    return size ? countTiny(boxes, size, imgsz) : 0;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

async function lookAlikesOf(
  loaded: readonly LoadedSplit[],
  reader: ImageReader | undefined,
): Promise<LookAlikes> {
  const files = (name: SplitName): string[] =>
    loaded.find((one) => one.name === name)?.split.images.map(({ file }) => file) ?? [];
  const [train, val] = [files('train'), files('val')];
  if (reader) return findLookAlikes(train, val, reader);
  return { identical: await identicalPairs(train, val), near: [] };
}
