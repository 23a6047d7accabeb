import path from 'node:path';
import * as vscode from 'vscode';
import { type Problem, translateProblem } from '../../base/problem';
import { say, words } from '../../base/words';
import { advise } from '../../domain/advice/advise';
import { PUBLISHED_SOURCE } from '../../domain/dataset/published';
import { formatCount } from '../../domain/display/format';
import { type AdviceProblem, adviceProblems, isTorn } from '../../domain/experiment/editor-hints';
import { type ParsedExperiment, parseExperiment } from '../../domain/experiment/parse';
import { dataProblems, placeProblems } from '../../domain/experiment/place-problems';
import type { DatasetCounts } from '../../domain/schedule/dataset-counts';
import { scheduleOf } from '../../domain/schedule/schedule';
import type { Schedule } from '../../domain/schedule/types';
import type { PlanCounts } from '../../engine/planning/count-for-plan';
import { translate } from '../window';
import { cardFor, countsFor, ultralyticsFor } from './cached-counts';

/** The plan of a config, as far as its text and its dataset define it. */
export type EditorPlan = {
  readonly parsed: ParsedExperiment;
  readonly schedule: Schedule;
  readonly images: number;
  readonly counts: DatasetCounts;
  /** What is wrong with the text and with the counts, in the reader's language; each at its place in the text. */
  readonly problems: readonly Problem[];
  /** Advice, each piece about one key. */
  readonly advice: readonly AdviceProblem[];
  /** What it depends on: assumptions, published counts, an older text. */
  readonly notes: readonly string[];
};

type Text = { readonly text: string; readonly fileName: string };
/** What a plan depends on besides its text. */
type World = {
  readonly counts: PlanCounts;
  readonly version: string | undefined;
  readonly card: Awaited<ReturnType<typeof cardFor>>;
};

type Remembered = Text & { readonly world: World; readonly plan: EditorPlan };
/** Hover, hints, problems and preview need the plan of the same text one after another. */
const remembered = new Map<string, Remembered>();
const MOST_REMEMBERED = 20;

/** The plan of a document as it is now. */
export async function planOf(document: vscode.TextDocument): Promise<EditorPlan> {
  const { fileName } = document;
  const plan = await planOfText(document.getText(), fileName);
  if (!isTorn(plan.parsed.problems)) {
    whole.set(document, plan);
    return plan;
  }
  const last = whole.get(document);
  if (last === undefined) return plan;
  const note = vscode.l10n.t('While the text cannot be read, the last valid curve is shown.');
  return { ...last, parsed: plan.parsed, problems: plan.problems, advice: [], notes: [note] };
}

/** While someone types, the last good picture stays. */
const whole = new WeakMap<vscode.TextDocument, EditorPlan>();

/** The plan of a text; relative paths start beside `fileName`, whose name decides the kind of text. */
export async function planOfText(text: string, fileName: string): Promise<EditorPlan> {
  const known = remembered.get(fileName);
  const parsed =
    known?.text === text ? known.plan.parsed : parseExperiment(text, { file: path.basename(fileName) });
  const world = await worldOf(parsed, fileName);
  if (known?.text === text && isSame(known.world, world)) return known.plan;
  const plan = makePlan(parsed, { text, fileName }, world);
  remembered.delete(fileName);
  remembered.set(fileName, { text, fileName, world, plan });
  const [oldest] = remembered.keys();
  if (remembered.size > MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  return plan;
}

async function worldOf({ draft }: ParsedExperiment, fileName: string): Promise<World> {
  const folder = path.dirname(fileName);
  return {
    counts: await countsFor(draft, fileName, folder),
    version: await ultralyticsFor(draft, folder),
    card: await cardFor(draft),
  };
}

const isSame = (a: World, b: World): boolean =>
  a.counts === b.counts && a.version === b.version && a.card === b.card;

function makePlan(parsed: ParsedExperiment, { text, fileName }: Text, world: World): EditorPlan {
  const file = path.basename(fileName);
  const { draft } = parsed;
  const counts = {
    ...world.counts,
    ...(world.version !== undefined && { ultralyticsVersion: world.version }),
  };
  const { schedule, problems } = scheduleOf(draft, counts);
  const all = [...dataProblems(draft, counts), ...problems];
  const found = advise({ experiment: draft, schedule, counts, ...(world.card && { gpu: world.card }) });
  return {
    parsed,
    schedule,
    counts,
    images: counts.images,
    problems: [...parsed.problems, ...placeProblems(all, text, { file })].map(inOurLanguage),
    advice: adviceProblems(found, text, file).map(inOurLanguage),
    notes: notesOf(schedule, counts),
  };
}

const inOurLanguage = <P extends Problem>(problem: P): P => ({
  ...problem,
  ...translateProblem(problem, translate),
});

function notesOf({ assumed = [] }: Schedule, { published, images }: DatasetCounts): string[] {
  const known = words(
    'the images are not on this disk: {0} has {1}, says {2}',
    ...[published ?? '', formatCount(images), PUBLISHED_SOURCE],
  );
  const notes = published === undefined ? assumed : [...assumed, known];
  return notes.map((note) => say(note, translate));
}

/** The result, or nothing if it is no longer wanted; a count goes on for the next caller. */
export function unlessCancelled<T>(
  work: Promise<T>,
  token: vscode.CancellationToken,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const listener = token.onCancellationRequested(() => resolve(undefined));
    work.then(resolve, reject).finally(() => listener.dispose());
  });
}
