import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { inEnglish } from '../../base/words';
import { changesWords, unlikeWords } from '../../domain/compare/as-trained';
import { BEST_OF_RUN, needSentence, spreadSentence } from '../../domain/compare/spread';
import { type RecipeRuns, recipeRuns } from '../../engine/compare/recipe-runs';
import { askAndWait } from '../../engine/control/ask';
import type { Target } from '../../engine/targets/target';
import type { Cli } from '../cli';
import { loadExperiment } from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { collect, LARGEST_SEED, seeds } from '../option-values';
import { explainedLine, score } from '../output/numbers';
import { formatTable } from '../output/table';
import { placeOn, TARGET, TRUST_TARGET } from '../target';
import { followToEnd, runsFolder, type StartedRun, startLoaded, startUnchecked } from '../train/start';
import { exitCodeOf } from '../watch/summary';

type RepeatOptions = {
  readonly seeds: readonly number[];
  readonly set: readonly string[];
  readonly runs?: string;
  readonly target?: string;
  readonly trust?: true;
  readonly detach?: true;
  readonly dryRun?: true;
  readonly json?: true;
};

export function repeatCommand({ io, run }: Cli) {
  return new Command('repeat')
    .description('train an experiment with several seeds, one after the other, and say how far they spread')
    .argument('<config>', 'experiment file')
    .option(
      '--seeds <n>',
      'how many, counted from the seed of the experiment; or which, as 0,1,7',
      seeds,
      [5],
    )
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--runs <dir>', 'folder of the runs; without it runs/ beside the config')
    .option(...TARGET)
    .option(...TRUST_TARGET)
    .option('--detach', 'do not wait: the runs queue in the background')
    .option('--dry-run', 'only say what is known of the recipe, and what it takes to see a better one')
    .option(
      '--json',
      'events of the runs as JSON lines on stdout, a result line for each, and at the end one of the type seeds',
    )
    .action(run((config, options) => repeat(io, config, options)));
}

async function repeat(io: CliIo, config: string, options: RepeatOptions): Promise<ExitCode> {
  const { set, runs, json } = options;
  const { file, experiment } = loadExperiment(io, config, set);
  if (options.dryRun) return report(io, { place: runsFolder(io, file, runs), experiment, json });
  const { target, place } = await placeOn(io, file, options);
  if (!json) await printKnown(io, place, experiment);
  const wanted = seedsWanted(options.seeds, experiment.seed);
  const started = await startAll(io, config, { ...options, seeds: wanted, target, place });
  if (options.detach) {
    for (const { dir } of started) printLine(io.stdout, `run: ${dir}`);
    return 0;
  }
  const code = await followAll(io, started, json === true);
  await report(io, { place, experiment, json });
  return code;
}

/** One number is how many; several are which. */
function seedsWanted(given: readonly number[], first: number): readonly number[] {
  if (given.length > 1) return given;
  const last = first + given[0] - 1;
  if (last > LARGEST_SEED)
    throw badInput(`--seeds: ${given[0]} from seed ${first} on would end at ${last}, above ${LARGEST_SEED}`);
  return Array.from({ length: given[0] }, (_, i) => first + i);
}

type Repeats = Pick<RepeatOptions, 'seeds' | 'set'> & { readonly target: Target; readonly place: string };

/**
 * The first as `train` starts it, each other queued behind the one before: what was checked once is not checked again. Jobs of a
 * cluster queue there.
 */
async function startAll(io: CliIo, config: string, options: Repeats): Promise<StartedRun[]> {
  const { seeds: wanted, set, target, place: runs } = options;
  const started: StartedRun[] = [];
  for (const seed of wanted) {
    const loaded = loadExperiment(io, config, [...set, `seed=${seed}`]);
    const before = started.at(-1);
    const waits = before && target.kind === 'local';
    const place = { runs, target, ...(waits && { after: before.dir }) };
    started.push(await (before ? startUnchecked(io, loaded, place) : startLoaded(io, loaded, place)));
  }
  return started;
}

/** Interrupted, or if the first cannot train at all, those that have not begun are taken out of the queue. */
async function followAll(io: CliIo, started: readonly StartedRun[], json: boolean): Promise<ExitCode> {
  let worst: ExitCode = 0;
  for (const [i, one] of started.entries()) {
    const followed = await followToEnd(io, one, json);
    followed.live.dispose();
    const code = exitCodeOf(followed);
    worst = code === 0 ? worst : code;
    const isHopeless = i === 0 && followed.live.presence.state === 'failed';
    if (code !== 130 && !isHopeless) continue;
    await takeOut(io, started.slice(i + 1));
    return code;
  }
  return worst;
}

async function takeOut(io: CliIo, waiting: readonly StartedRun[]): Promise<void> {
  for (const { dir } of waiting)
    await askAndWait(dir, { type: 'stop' }, { installDir: io.installDir, from: 'cli' });
}

type Recipe = Parameters<typeof recipeRuns>[1];

/** Before anything is paid for: what runs of this recipe have shown so far. */
async function printKnown(io: CliIo, place: string, experiment: Recipe): Promise<void> {
  const known = await recipeRuns(place, experiment);
  if (!known.spread) return;
  printLine(io.stdout, 'so far:');
  for (const line of knownLines(known)) printLine(io.stdout, line);
}

type RepeatReport = { readonly place: string; readonly experiment: Recipe; readonly json: true | undefined };

async function report(io: CliIo, { place, experiment, json }: RepeatReport): Promise<ExitCode> {
  const known = await recipeRuns(place, experiment);
  if (json) printJson(io.stdout, seedsReport(known));
  else
    for (const line of [...seedLines(known), explainedLine(io.installDir, 'recipes')])
      printLine(io.stdout, line);
  return 0;
}

/** What other programs read: fields may be added, these stay. */
function seedsReport({ runs, elsewhere, changed, unlike, spread, need }: RecipeRuns) {
  const rows = runs.map(({ dir, seed, best }) => ({ run: dir, seed, map: best.map, epoch: best.epoch }));
  return {
    ...{ type: 'seeds', runs: rows, elsewhere },
    changed: changed.map(({ dir, changes }) => ({ run: dir, changes })),
    unlike: unlike.map(({ dir, unlike: { key, a, b } }) => ({ run: dir, key, newest: a, value: b })),
    ...{ spread: spread ?? null, need: need ?? null },
  };
}

function seedLines(known: RecipeRuns): string[] {
  const columns = ['run', 'seed', 'mAP50-95', 'at'].map((title, i) => ({
    title,
    align: i > 0 ? ('right' as const) : ('left' as const),
  }));
  const cells = known.runs.map(({ dir, seed, best }) => [
    path.basename(dir),
    String(seed),
    score(best.map),
    String(best.epoch),
  ]);
  return [...formatTable(columns, cells), ...knownLines(known)];
}

/** The spread, what it takes to see more, and what neither of them covers. */
function knownLines(known: RecipeRuns): string[] {
  const { elsewhere, spread, need } = known;
  const left = elsewhere.map((dir) => path.basename(dir)).join(', ');
  return [
    spread ? inEnglish(spreadSentence(spread)) : 'no completed run of this recipe',
    ...(left === '' ? [] : [`left out, as judged on another val set: ${left}`]),
    ...leftOutLines(known),
    inEnglish(needSentence(need)),
    inEnglish(BEST_OF_RUN),
  ];
}

/** Runs of the experiment that are not of its recipe, each with the reason. */
function leftOutLines({ changed, unlike }: RecipeRuns): string[] {
  const said = [
    ...changed.map(({ dir, changes }) => ({ dir, why: changesWords(changes) })),
    ...unlike.map(({ dir, unlike: found }) => ({
      dir,
      why: unlikeWords(found, { a: 'the newest', b: path.basename(dir) }),
    })),
  ];
  return said.map(
    ({ dir, why }) => `left out, as not a seed of this recipe: ${path.basename(dir)} (${inEnglish(why)})`,
  );
}
