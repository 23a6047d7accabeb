import { existsSync } from 'node:fs';
import path from 'node:path';
import { inEnglish } from '../../base/words';
import type { Topic } from '../../domain/display/statistics-page';
import { metricNames } from '../../domain/run/task';
import { quoted } from '../../engine/process/quoted';
import type { LiveRun } from '../../engine/runs/live-run';
import { nextSteps } from '../../protocol/next-step';
import { topicOfEnd } from '../../run/kind';
import { bestOwn, ownMetricsOf } from '../../run/own-metrics';
import { plannedEpochs } from '../../run/planned-epochs';
import { standingOf, standingSentence } from '../../run/standing';
import type { RunState } from '../../run/state';
import { FINAL_STATES, type RunStateName } from '../../run/state-names';
import type { ExitCode } from '../failure';
import { alarmCommand } from '../output/alarm-command';
import { explainedLine, score, seconds } from '../output/numbers';
import type { Style } from '../output/style';
import { formatTable, type TableColumn } from '../output/table';

const FAILED: ReadonlySet<RunStateName> = new Set(['failed', 'diverged', 'lost']);

const columns = (task: string | undefined): TableColumn[] => [
  { title: 'epoch', align: 'right' },
  ...metricNames(task).map((title) => ({ title, align: 'right' as const })),
  { title: '' },
];
/** A longer run shows its last epochs and the best one. */
const MOST_ROWS = 20;

export type RunEnd = {
  readonly name: RunStateName;
  readonly dir: string;
  readonly note: string | undefined;
  /** Beside it is the page that explains verdicts. */
  readonly installDir: string;
};

/** The text under a finished run: the table of its validations, why it ended, the best checkpoint, the folder. */
export function summaryLines(state: RunState, end: RunEnd, style: Style): string[] {
  const rows = summaryRows(state);
  return [
    ...(rows.length > 0 ? ['', ...formatTable(columns(state.plan?.task), rows)] : []),
    '',
    endLine(state, end, style),
    ...bestLine(state, end.dir, style),
    ...verdictTopics(state, end).map((topic) => style.dim(explainedLine(end.installDir, topic))),
    ...nextLines(state, end),
    `run: ${end.dir}`,
  ];
}

/** What to do next, as commands. */
function nextLines(state: RunState, { name, dir, note }: RunEnd): string[] {
  const run = quoted(dir);
  return nextSteps(state, name, note ?? state.end?.message).flatMap((step) => {
    if (step.kind === 'cause') {
      const commands = alarmCommand(step.action, { dir, run: state.run, isLive: false });
      return [inEnglish(step.said), ...commands];
    }
    if (step.kind === 'best') return afterBest(path.join(dir, step.path, 'model.onnx'), run);
    const command = step.kind === 'rewind' ? `rewind ${run}` : resumeCommand(run, state.run?.target);
    return [inEnglish(step.said), `  next: pitwall ${command}`];
  });
}

/** On what it was begun on: a cluster's run would go on here otherwise. */
const resumeCommand = (run: string, target: string | undefined): string =>
  `train --resume ${run}${target === undefined ? '' : ` --target ${quoted(target)}`}`;

/** A checkpoint that Ultralytics wrote has no ONNX file until it is validated. */
function afterBest(model: string, run: string): string[] {
  const predict = existsSync(model) ? [`  next: pitwall predict ${quoted(model)} IMAGE`] : [];
  return [...predict, `  next: pitwall compare ${run} OTHER`, `  next: pitwall export ${run} --csv`];
}

/** The paragraphs on the verdicts that are printed. */
function verdictTopics(state: RunState, { name }: RunEnd): Topic[] {
  const standing = state.best && standingOf(state);
  const ofBest = standing && standing.compared > 1 ? ('best-checkpoint' as const) : undefined;
  return [topicOfEnd(state, name), ofBest].filter((topic) => topic !== undefined);
}

function summaryRows(state: RunState): string[][] {
  const judged = [...state.validations.values()].sort((a, b) => a.epoch - b.epoch);
  // If Pitwall validated nothing, the trainer's own results.
  const own = judged.length > 0 ? [] : ownMetricsOf(state);
  const all = judged.length > 0 ? judged : own;
  const best = judged.length > 0 ? state.best?.epoch : bestOwn(own)?.epoch;
  const shown = all.filter((v, i) => i >= all.length - MOST_ROWS || v.epoch === best);
  return shown.map(({ epoch, map, map50, precision, recall }) => [
    String(epoch),
    ...[map, map50, precision, recall].map(score),
    epoch === best ? '* best' : '',
  ]);
}

function endLine(state: RunState, { name, note }: RunEnd, style: Style): string {
  // Other programs do not always say how long an epoch took.
  const took = state.epochs.reduce((sum, { seconds: s }) => sum + (Number.isFinite(s) ? s : 0), 0);
  const failed = failedValidations(state);
  return [
    `${markOf(name, style)(name)}: ${howFar(state, name)}${took > 0 ? `, ${seconds(took)} of training` : ''}`,
    ...(name === 'completed' ? [] : [note ?? state.end?.message]),
    failed > 0 ? `${failed} validations failed` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

/** A run that is complete by its epochs, another by the one that it was in: the number that list and the dashboard show. */
function howFar(state: RunState, name: RunStateName): string {
  const { epochs, steps } = state;
  const done = epochs.length;
  const at = steps.epoch.length === 0 ? done : steps.epoch.at(steps.epoch.length - 1);
  const planned = plannedEpochs(state);
  // Early stopping ends a run so, and a program may end before its time.
  if (name === 'completed' && planned !== undefined && at < planned) return `${done} of ${planned} epochs`;
  if (name === 'completed' || planned === undefined || at === 0)
    return `${done} ${done === 1 ? 'epoch' : 'epochs'}`;
  return `in epoch ${at} of ${planned}`;
}

/** Checkpoints that could not be validated. */
export function failedValidations(state: RunState): number {
  return [...state.checkpoints.values()].filter((checkpoint) => checkpoint.state === 'failed').length;
}

function markOf(name: RunStateName, style: Style): (text: string) => string {
  if (name === 'completed') return style.good;
  return name === 'stopped' || name === 'paused' ? style.warn : style.bad;
}

function bestLine(state: RunState, dir: string, style: Style): string[] {
  const standing = standingSentence(state);
  if (!state.best && standing) return [`best: none, ${inEnglish(standing)}`];
  if (!state.best) return ownBestLine(state, style);
  const { epoch, map, path: inRun } = state.best;
  const removed = state.checkpoints.get(epoch)?.kept === false ? ' (removed)' : '';
  return [
    `best: epoch ${epoch}, ${metricNames(state.plan?.task)[0]} ${style.bold(score(map))}, ${path.join(dir, inRun)}${removed}`,
    ...(standing ? [`      ${inEnglish(standing)}`] : []),
  ];
}

function ownBestLine(state: RunState, style: Style): string[] {
  const best = bestOwn(ownMetricsOf(state));
  if (!best) return [];
  return [
    `best: epoch ${best.epoch}, ${metricNames(state.plan?.task)[0]} ${style.bold(score(best.map))} (its own)`,
  ];
}

/** The exit code of a watched run: 1 if it, or the validation of a checkpoint, failed. */
export function exitCodeOf({ live, interrupts }: { live: LiveRun; interrupts: number }): ExitCode {
  const { state } = live.presence;
  if (FAILED.has(state)) return 1;
  if (interrupts > 0) return 130;
  // No keeper supervises the run any more, and none could be started.
  if (!FINAL_STATES.has(state)) return 1;
  return failedValidations(live.state) > 0 ? 1 : 0;
}
