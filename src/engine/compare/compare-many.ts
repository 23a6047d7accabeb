import path from 'node:path';
import { toError } from '../../base/async';
import { BadInputError } from '../../base/bad-input';
import { inEnglish, type Words } from '../../base/words';
import { judgeRecipes, type RecipeVerdict } from '../../domain/compare/between-seeds';
import {
  type AgainstBaseline,
  type BestOfMany,
  bestOfDraws,
  bestOfMany,
  compareDrawsWithBaseline,
  compareWithBaseline,
  type TableLimits,
} from '../../domain/compare/many';
import { withNames } from '../../domain/compare/sides';
import { bestOwn, ownMetricsOf } from '../../run/own-metrics';
import { createRunState } from '../../run/reduce';
import { type DifferingSetting, differingSettings, settingsOf } from '../../run/settings-of';
import type { RunState } from '../../run/state';
import { OTHER_JUDGE } from './compare-runs';
import { environmentOf } from './environment';
import {
  type Asked,
  type Evidence,
  evidenceOf,
  type Opened,
  openAsked,
  taskOfRun,
  taskRefusal,
  valSetOf,
} from './evidence';
import { drawsBeside, seedsBeside } from './seeds';

/** Metrics of a checkpoint as they were reported; `own`: by the trainer's own validation. */
export type Reported = {
  readonly epoch: number;
  readonly map: number;
  readonly map50: number;
  readonly precision: number;
  readonly recall: number;
  readonly own: boolean;
};

export type OneOfMany = {
  readonly name: string;
  readonly dir: string;
  readonly state: RunState;
  readonly reported: Reported | undefined;
  readonly fingerprint: string | undefined;
  readonly against:
    | AgainstBaseline
    | { readonly kind: 'baseline' }
    | { readonly kind: 'absent'; readonly why: string };
  /** What the seeds of both recipes say, if it was judged. */
  readonly recipes: RecipeVerdict | undefined;
};

/** What is not the same in all of several runs. */
export type Differences = {
  readonly settings: readonly DifferingSetting[];
  readonly environment: readonly DifferingSetting[];
};

export type ManyCompared = Differences & {
  /** Of all of them, as far as it is known. */
  readonly task: string | undefined;
  readonly runs: readonly OneOfMany[];
  /** Index of the run that the others are compared with. */
  readonly baseline: number;
  readonly best: BestOfMany | undefined;
};

type Loaded = Opened & { readonly found: Evidence | Error };

/**
 * Several runs beside each other: reports, differences to one of them, and what distinguishes how they were made. Throws one line
 * if they are of different tasks.
 */
export async function compareMany(asked: readonly Asked[], baseline: number): Promise<ManyCompared> {
  const { loaded, against } = await judgeMany(asked, baseline);
  const recipes = await recipesOf(loaded, against, baseline);
  return {
    task: loaded.map(({ state }) => taskOfRun(state)).find((task) => task !== undefined),
    runs: loaded.map((one, i) => describe(one, against[i], recipes[i])),
    baseline,
    best: bestOf(loaded, against),
    ...differencesBetween(loaded),
  };
}

/** The differences alone, in the order of the runs; `chosenFrom`: how many the others were chosen from, if more than these. */
export async function judgeMany(
  asked: readonly Asked[],
  baseline: number,
  chosenFrom?: number,
): Promise<{ readonly loaded: readonly Loaded[]; readonly against: readonly OneOfMany['against'][] }> {
  const loaded: Loaded[] = [];
  for (const one of asked) {
    const opened = await openAsked(one).catch(toError);
    if (opened instanceof Error) {
      loaded.push({ ...one, state: createRunState(), found: opened });
      continue;
    }
    requireOneTask(loaded, opened);
    loaded.push({ ...opened, found: await evidenceOf(opened).catch(toError) });
  }
  return { loaded, against: judgeAll(loaded, baseline, chosenFrom) };
}

/** Of one that could not be read nothing is known: it differs in nothing. */
export function differencesBetween(loaded: readonly Pick<Loaded, 'state' | 'found'>[]): Differences {
  const isKnown = ({ state }: Pick<Loaded, 'state'>): boolean => state.run !== undefined;
  const known = loaded.filter(isKnown);
  const inFull = ({ key, values }: DifferingSetting): DifferingSetting => {
    const next = values.values();
    return { key, values: loaded.map((one) => (isKnown(one) ? next.next().value : undefined)) };
  };
  return {
    settings: differingSettings(known.map(({ state }) => settingsOf(state))).map(inFull),
    environment: differingSettings(known.map(environmentOf)).map(inFull),
  };
}

function requireOneTask(before: readonly Opened[], now: Opened): void {
  for (const { text, state } of before) {
    const why = taskRefusal(state, now.state);
    if (why) throw new BadInputError(inEnglish(withNames(why, { a: text, b: now.text })));
  }
}

function judgeAll(
  loaded: readonly Loaded[],
  baseline: number,
  chosenFrom: number | undefined,
): OneOfMany['against'][] {
  const base = loaded[baseline].found;
  const judged = loaded.flatMap(({ found }, i) =>
    i === baseline || found instanceof Error ? [] : [{ i, found }],
  );
  const results = base instanceof Error ? [] : against(base, judged, chosenFrom);
  const byRun = new Map(judged.map(({ i }, k) => [i, results[k]]));
  return loaded.map(({ found }, i) => {
    if (i === baseline) return { kind: 'baseline' };
    return byRun.get(i) ?? { kind: 'absent', why: whyAbsent(found, base) };
  });
}

/** A difference between two runs says nothing of their recipes if seeds differ as much: of each that was judged, what they say. */
async function recipesOf(
  loaded: readonly Loaded[],
  against: readonly OneOfMany['against'][],
  baseline: number,
): Promise<(RecipeVerdict | undefined)[]> {
  const { found: base, state: baseState } = loaded[baseline];
  if (base instanceof Error || !against.some(({ kind }) => kind === 'judged')) return [];
  const completed = await drawsBeside(loaded);
  const beside = () => Promise.resolve(completed);
  return Promise.all(
    loaded.map(async ({ found, state }, i) => {
      const judged = against[i];
      if (judged.kind !== 'judged' || found instanceof Error) return undefined;
      const sides = [
        { ...base, state: baseState },
        { ...found, state },
      ] as const;
      return judgeRecipes(await seedsBeside(...sides, beside), judged.own, judged.family);
    }),
  );
}

/** Each of the same kind as the baseline; one that its own library judged has no boxes to compare with another's. */
function against(
  base: Evidence,
  others: readonly { readonly found: Evidence }[],
  chosenFrom: number | undefined,
): AgainstBaseline[] {
  const found = others.map((other) => other.found);
  const results =
    base.kind === 'boxes'
      ? compareWithBaseline(base.file, boxesOf(found), chosenFrom)
      : compareDrawsWithBaseline(base.drawn, drawsOf(found), chosenFrom);
  const next = results.values();
  const refused: AgainstBaseline = { kind: 'refused', why: OTHER_JUDGE };
  return found.map(({ kind }) => (kind === base.kind && next.next().value) || refused);
}

const boxesOf = (all: readonly Evidence[]) => all.flatMap((one) => (one.kind === 'boxes' ? [one.file] : []));
const drawsOf = (all: readonly Evidence[]) => all.flatMap((one) => (one.kind === 'drawn' ? [one.drawn] : []));

/** By the epochs that have an end; undefined if none has. */
export function trainingSeconds({ epochs }: RunState): number | undefined {
  const known = epochs.map(({ seconds }) => seconds).filter(Number.isFinite);
  return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0);
}

const whyAbsent = (...found: readonly (Evidence | Error)[]): string =>
  found.find((one) => one instanceof Error)?.message ?? '';

/** Only if all have detections: the best of some may not be the best. */
function bestOf(loaded: readonly Loaded[], against: readonly OneOfMany['against'][]): BestOfMany | undefined {
  const table = tableOf(against);
  const all = loaded.flatMap(({ found }) => (found instanceof Error ? [] : [found]));
  const [files, drawn] = [boxesOf(all), drawsOf(all)];
  if (files.length === loaded.length) return bestOfMany(files, table);
  return drawn.length === loaded.length ? bestOfDraws(drawn, table) : undefined;
}

/** Undefined if one of them is not compared. */
function tableOf(against: readonly OneOfMany['against'][]): TableLimits | undefined {
  const rows = against.flatMap((one) => {
    if (one.kind === 'baseline') return [{ map: 0, low: 0, high: 0 }];
    return one.kind === 'judged' ? [one] : [];
  });
  return rows.length === against.length ? rows : undefined;
}

function describe(
  { dir, epoch, state, found }: Loaded,
  against: OneOfMany['against'],
  recipes: OneOfMany['recipes'],
): OneOfMany {
  const name = state.meta.title ?? path.basename(dir);
  const fingerprint = found instanceof Error ? undefined : valSetOf(found);
  const at = found instanceof Error ? epoch : found.epoch;
  return { name, dir, state, reported: reportedOf(state, at), fingerprint, against, recipes };
}

/** What all verdicts of the table stand on, once each, and what makes them less sure. */
export function groundsOf({ runs }: Pick<ManyCompared, 'runs'>): {
  readonly grounds: readonly Words[];
  readonly warnings: readonly Words[];
} {
  const judged = runs.flatMap(({ against }) => (against.kind === 'judged' ? [against] : []));
  return {
    grounds: onceEach(judged.map(({ ground }) => ground)),
    warnings: onceEach(judged.flatMap(({ warnings }) => warnings)),
  };
}

const onceEach = (all: readonly Words[]): readonly Words[] => [
  ...new Map(all.map((one) => [inEnglish(one), one])).values(),
];

/** Of that epoch, else of the best; what only its own trainer validated has the trainer's numbers. */
export function reportedOf(state: RunState, asked: number | undefined): Reported | undefined {
  const validated = state.validations.get(asked ?? state.best?.epoch ?? 0);
  const own = ownMetricsOf(state);
  const ownFound = asked === undefined ? bestOwn(own) : own.find(({ epoch }) => epoch === asked);
  const found = validated ?? ownFound;
  if (!found) return undefined;
  const { epoch, map, map50, precision, recall } = found;
  return { epoch, map, map50, precision, recall, own: validated === undefined };
}
