import path from 'node:path';
import * as vscode from 'vscode';
import type { Problem } from '../../base/problem';
import { countImages } from '../../dataset/count';
import { loadDatasetYaml } from '../../dataset/load-yaml';
import { advise } from '../../domain/advice/advise';
import { adviceProblems } from '../../domain/experiment/editor-hints';
import { type ParsedExperiment, parseExperiment } from '../../domain/experiment/parse';
import { placeProblems } from '../../domain/experiment/place-problems';
import type { DatasetCounts } from '../../domain/schedule/counts';
import { scheduleOf } from '../../domain/schedule/schedule';
import type { Schedule } from '../../domain/schedule/types';
import { resolveDataPath } from '../../engine/store/paths';
import { translate } from '../window';

/** What a config plans, as far as its text and its dataset say. */
export type Plan = {
  readonly parsed: ParsedExperiment;
  readonly schedule: Schedule;
  readonly images: number;
  readonly counts: DatasetCounts;
  /** What the counts make wrong, then what is worth knowing; each about one key, at its place in the text. */
  readonly advice: readonly Problem[];
  /** What was assumed because it could not be counted. */
  readonly note: string | undefined;
};

type Counts = { readonly images: number; readonly classes: number; readonly note: string | undefined };

/** COCO's size: the set that most people mean when they name none. */
const ASSUMED = { images: 118_287, classes: 80 };
const COUNT_AGE_MS = 30_000;

/** The plan of a document as it is now; undefined while its text is no experiment at all. */
export async function planOf(document: vscode.TextDocument): Promise<Plan | undefined> {
  return planOfText(document.getText(), document.fileName);
}

/** The plan of a text; what it names is looked for beside `fileName`, whose name says which kind of text it is. */
export async function planOfText(text: string, fileName: string): Promise<Plan> {
  const file = path.basename(fileName);
  const parsed = parseExperiment(text, { file });
  const { draft } = parsed;
  const counts = await countsOf(resolveDataPath(draft.data, fileName, path.dirname(fileName)));
  const { schedule, problems } = scheduleOf(draft, counts);
  const advice = adviceProblems(advise({ experiment: draft, schedule, counts }), text, file, translate);
  return {
    parsed,
    schedule,
    counts,
    images: counts.images,
    advice: [...placeProblems([...problems], text, { file }), ...advice],
    note: counts.note,
  };
}

const cache = new Map<string, { readonly at: number; readonly counts: Promise<Counts> }>();

/** Images and classes of a dataset, counted at most twice a minute: hovering and typing ask often. */
function countsOf(data: string): Promise<Counts> {
  const known = cache.get(data);
  if (known && Date.now() - known.at < COUNT_AGE_MS) return known.counts;
  const counts = count(data);
  cache.set(data, { at: Date.now(), counts });
  return counts;
}

async function count(data: string): Promise<Counts> {
  const { dataset } = await loadDatasetYaml(data);
  const classes = dataset?.names.length ?? ASSUMED.classes;
  try {
    return { images: await countImages(data, 'train'), classes, note: undefined };
  } catch {
    const note = vscode.l10n.t(
      'The dataset could not be counted: {0} images are assumed.',
      String(ASSUMED.images),
    );
    return { images: ASSUMED.images, classes, note };
  }
}

/** What was worked out, or nothing once it is not wanted any more; a count goes on for the next who asks. */
export function unlessCancelled<T>(
  work: Promise<T>,
  token: vscode.CancellationToken,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const listener = token.onCancellationRequested(() => resolve(undefined));
    work.then(resolve, reject).finally(() => listener.dispose());
  });
}
