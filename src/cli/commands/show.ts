import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { createTranslate } from '../../base/translate';
import { inEnglish } from '../../base/words';
import { formatAgo } from '../../domain/display/format';
import { describeRange } from '../../domain/display/lr-range';
import { readRange } from '../../domain/lr-range/suggest';
import { runJson } from '../../engine/export-run/run-json';
import type { Presence } from '../../engine/runs/presence';
import { type RunView, viewRun } from '../../engine/runs/view-run';
import { pollJobs } from '../../engine/targets/poll-jobs';
import { rangePoints } from '../../protocol/range-points';
import { readChanges } from '../../run/folder/changes';
import { isRangeTest } from '../../run/kind';
import { ownProblems } from '../../run/own-metrics';
import { problemsOf } from '../../run/problems';
import type { RunState } from '../../run/state';
import { FINAL_STATES } from '../../run/state-names';
import { endOf } from '../../run/times';
import type { Cli } from '../cli';
import { badInput } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { type AlarmPlace, alarmCommand, alarmTopics } from '../output/alarm-command';
import { explainedLine } from '../output/numbers';
import { type Style, styleFor } from '../output/style';
import { resolveRun } from '../run-reference';
import { barText } from '../watch/bar-text';
import { summaryLines } from '../watch/summary';

export function showCommand({ io, run }: Cli) {
  return new Command('show')
    .description('the state of a run or a sweep, from its files; starts nothing')
    .argument('<run[@epoch]>', 'run folder, a name under runs/, or latest; @epoch goes with the next three')
    .option('--confusion', 'which class is taken for which, from the kept detections of its best checkpoint')
    .option(
      '--curves',
      'the best confidence threshold of all classes and of each; with --csv or --json the curves',
    )
    .option('--sizes', 'AP and AR of small, medium and large objects, of all classes and of each')
    .option('--changes', 'what was changed in the code since the commit that it names, as a patch')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--json', 'one JSON line on stdout')
    .option('--csv', 'one of these three as CSV on stdout')
    .action(
      run(async (text, flags) => {
        const sweep = sweepFolder(io, text, flags.runs);
        if (asksPart(flags)) await showPart(io, { text, sweep }, flags);
        else if (!(await showSweep(io, sweep, flags.json))) await showRun(io, text, flags);
        return 0;
      }),
    );
}

type ShowFlags = { readonly runs: string; readonly json?: true };
type PartOption = 'changes' | 'confusion' | 'curves' | 'sizes' | 'csv';
type PartFlags = ShowFlags & Partial<Record<PartOption, true>>;

const asksPart = ({ changes, confusion, curves, sizes, csv }: PartFlags): boolean =>
  [changes, confusion, curves, sizes, csv].includes(true);

type AskedRun = { readonly text: string; readonly sweep: string | undefined };

async function showPart(io: CliIo, { text, sweep }: AskedRun, flags: PartFlags): Promise<void> {
  if (sweep !== undefined) throw badInput(`${text}: is a sweep; name one of its trials`);
  if (flags.changes) return showChanges(io, text, flags.runs);
  // Most of what is shown is a run as a whole.
  const { showBreakdown } = await import('../show/breakdown');
  await showBreakdown(io, text, flags);
}

async function showRun(io: CliIo, text: string, { runs, json }: ShowFlags): Promise<void> {
  const { dir, epoch } = resolveRun(io, text, runs);
  if (epoch !== undefined)
    throw badInput(
      `${text}: say --confusion, --curves or --sizes with an epoch; without them a run is shown`,
    );
  await pollJobs([dir]);
  const view = await viewRun(dir);
  if (json) {
    printJson(io.stdout, runJson(view));
    return;
  }
  for (const line of showLines(view, { style: styleFor(io, io.stdout), installDir: io.installDir }))
    printLine(io.stdout, line);
}

async function showChanges(io: CliIo, text: string, runs: string): Promise<void> {
  const { dir } = resolveRun(io, text, runs);
  const patch = await readChanges(dir);
  for (const line of patch.replace(/\n$/, '').split('\n')) printLine(io.stdout, line);
}

/** A folder path, or a name under the runs folder. */
function sweepFolder({ cwd }: CliIo, text: string, runs: string): string | undefined {
  const places = [path.resolve(cwd, text), path.resolve(cwd, runs, text)];
  return places.find((dir) => existsSync(path.join(dir, 'sweep.json')));
}

/** Whether it was one. */
async function showSweep(io: CliIo, dir: string | undefined, json: true | undefined): Promise<boolean> {
  if (dir === undefined) return false;
  // Most of what is shown is a run.
  const { printSweep } = await import('../sweep/lines');
  return printSweep(io, dir, json);
}

type ShownHow = { readonly style: Style; readonly installDir: string };

function showLines(live: RunView, { style, installDir }: ShownHow): string[] {
  const { state, presence, dir } = live;
  const { left, right } = barText(state);
  const alive = !FINAL_STATES.has(presence.state);
  return [
    `${style.bold(path.basename(dir))}  ${describeExperiment(state)}`,
    ...(alive ? [`${left}  ${right}`.trim()] : []),
    ...processLine(live),
    ...(isRangeTest(state.run) ? [] : alertLines(state, { dir, run: state.run, isLive: alive, installDir })),
    ...[...problemsOf(state), ...ownProblems(state).map(inEnglish)].map((problem) => `problem: ${problem}`),
    ...(isRangeTest(state.run)
      ? [...rangeLines(live), explainedLine(installDir, 'range-test')]
      : summaryLines(state, { name: presence.state, dir, note: presence.note, installDir }, style)),
  ];
}

const MOST_ALERTS = 5;

/** The newest alerts with what to do; one that came again with the same words is one line. */
function alertLines({ alerts }: RunState, place: AlarmPlace): string[] {
  const seen = new Map<string, { readonly count: number; readonly more: readonly string[] }>();
  for (const { severity, message, action } of alerts) {
    const line = `${severity}: ${message}`;
    const count = (seen.get(line)?.count ?? 0) + 1;
    seen.delete(line);
    seen.set(line, { count, more: alarmCommand(action, place) });
  }
  const lines = [...seen]
    .slice(-MOST_ALERTS)
    .flatMap(([line, { count, more }]) => [count === 1 ? line : `${line} (${count} times)`, ...more]);
  const topics = alarmTopics(alerts);
  return topics.length > 0 ? [...lines, explainedLine(place.installDir, ...topics)] : lines;
}

function rangeLines({ state, presence, dir }: RunView): string[] {
  const isDone = presence.state === 'completed';
  const found = isDone ? describeRange(readRange(rangePoints(state)), createTranslate()) : presence.note;
  return ['', `LR test ${presence.state}${found === undefined ? '' : `: ${found}`}`, `run: ${dir}`];
}

function describeExperiment(state: RunState): string {
  const run = state.run;
  if (!run) return '';
  if (run.follows) return `follows ${run.follows.folder}`;
  if (isRangeTest(run)) return `${run.experiment.file}  learning rate test`;
  const { command } = run.experiment.resolved;
  if (command) return `${run.experiment.file}  ${command.run.join(' ')}`;
  const { trainer, model, imgsz, ...asked } = run.experiment.resolved;
  // The values after AutoBatch or `time`, as soon as the trainer has reported them.
  const { epochs, batch } = { ...asked, ...state.plan };
  const length = `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  return `${run.experiment.file}  ${trainer} ${model}, ${length}, batch ${batch}, imgsz ${imgsz}`;
}

function processLine({ presence, state }: RunView): string[] {
  if (!presence.keeperAlive && !presence.trainerAlive) return seenLine(presence, state);
  const { status } = state;
  const names = [
    presence.keeperAlive ? `keeper ${status?.keeper.pid ?? ''}`.trim() : 'no keeper',
    presence.trainerAlive ? `trainer ${status?.trainer?.pid}` : 'no trainer',
  ];
  return [`${names.join(', ')} on ${presence.host ?? 'this machine'}`];
}

function seenLine({ lastSeen, host, state: name }: Presence, { status, end }: RunState): string[] {
  if (lastSeen === undefined) return [];
  const isFinal = FINAL_STATES.has(name);
  const since = isFinal ? (endOf(status, end) ?? lastSeen) : lastSeen;
  const ago = formatAgo((Date.now() - since) / 1000, createTranslate());
  return [`${isFinal ? 'ended' : 'last seen'} ${ago}${host ? ` on ${host}` : ''}`];
}
