import path from 'node:path';
import { inEnglish } from '../../base/words';
import { METRIC_NAMES, prunedAt, shownSetting } from '../../domain/sweep/display';
import { overridesOf } from '../../domain/sweep/types';
import { quoted } from '../../engine/process/quoted';
import {
  ranking,
  reportSweep,
  type SweepReport,
  type SweepVerdict,
  type TrialReport,
} from '../../engine/sweep/report';
import { bestSentences } from '../../engine/sweep/sentences';
import { readSweep } from '../../engine/sweep/sweep-folder';
import type { SweepEntry, SweepFile } from '../../run/sweep';
import { trialName } from '../../run/sweep';
import { type CliIo, printJson, printLine } from '../io';
import { explainedLine, score } from '../output/numbers';
import { formatTable, type TableColumn } from '../output/table';

/** A sweep for people: its trials with the reason of each stop, the best, the verdict, and what to do next. */
export function sweepLines(io: Pick<CliIo, 'cwd'>, report: SweepReport): string[] {
  return [
    headline(report),
    '',
    ...formatTable(
      columnsOf(report),
      report.trials.map((trial) => cellsOf(trial, report)),
    ),
    '',
    ...costLine(report),
    ...bestSentences(report).map(inEnglish),
    ...nextLines(io, report),
    `sweep: ${report.sweep.dir}`,
  ];
}

function headline({ sweep }: SweepReport): string {
  const { trials, experiment, rule, rungs, epochs } = sweep.file;
  const file = path.basename(experiment.file);
  const how =
    rungs.length === 0 ? `${epochs} epochs each` : `${rule} at epoch ${rungs.join(', ')} of ${epochs}`;
  return `${sweep.name}: ${trials.length} trials of ${file}, ${how}`;
}

function columnsOf({ keys, sweep }: SweepReport): TableColumn[] {
  const right = (title: string): TableColumn => ({ title, align: 'right' });
  return [
    { title: 'trial' },
    ...keys.map(right),
    right('epoch'),
    // Equal epochs beside each other: only these columns compare all trials.
    ...sweep.file.rungs.map((rung) => right(`${METRIC_NAMES[sweep.file.metric]} at ${rung}`)),
    right('best'),
    right('at'),
    { title: '' },
  ];
}

function cellsOf(trial: TrialReport, { keys }: SweepReport): string[] {
  const { name, settings, epochs, atRungs, best } = trial;
  return [
    name,
    ...keys.map((key) => shownSetting(settings.get(key))),
    String(epochs),
    ...atRungs.map(score),
    score(best?.value),
    best ? String(best.epoch) : '',
    remarkOf(trial),
  ];
}

function remarkOf({ trial, state, note, stopped }: TrialReport): string {
  const file = trial === 0 ? 'the file as it stands' : '';
  const why = stopped ? inEnglish(prunedAt(stopped.rung, stopped.value, stopped.cutoff)) : note;
  const end = state === 'completed' && !stopped ? '' : [state, why].filter((part) => part).join(', ');
  return [file, stopped ? why : end].filter((part) => part).join('; ');
}

function costLine({ sweep }: SweepReport): string[] {
  const end = sweep.entries.find((entry) => entry.type === 'end');
  if (end?.type !== 'end') return [];
  const share = Math.round((100 * end.epochs) / end.of);
  return [`trained ${end.epochs} of ${end.of} epochs (${share} %)`];
}

const BEST_TRIALS = 3;

/** Commands that show whether the settings are better, or only these runs of them. */
export function nextCommands({ cwd }: Pick<CliIo, 'cwd'>, report: SweepReport): string[] {
  const { file } = report.sweep;
  const experiment = path.relative(cwd, file.experiment.file) || file.experiment.file;
  return ranking(report)
    .slice(0, BEST_TRIALS)
    .map(({ trial, target }) => {
      const where = target === undefined ? [] : ['--target', quoted(target)];
      const set = overridesOf(file.trials[trial]).map((text) => `--set ${quoted(text)}`);
      return ['pitwall repeat', quoted(experiment), '--seeds 3', ...where, ...set].join(' ');
    });
}

function nextLines(io: Pick<CliIo, 'cwd'>, report: SweepReport): string[] {
  const commands = report.ended ? nextCommands(io, report) : [];
  if (commands.length === 0) return [];
  return [
    `next: one run each does not show which settings are better; repeat the best ${commands.length} with 3 seeds`,
    ...commands.map((command) => `  ${command}`),
  ];
}

/** A line as the sweep goes on. */
export function entryLine(entry: SweepEntry, { metric }: SweepFile): string | undefined {
  if (entry.type === 'end') return undefined;
  const name = trialName(entry.trial);
  if (entry.type === 'trial') {
    const set = overridesOf(entry.settings);
    return `${name} begins: ${set.length === 0 ? 'the file as it stands' : set.join(' ')}`;
  }
  if (entry.type === 'judged')
    return `${name} at epoch ${entry.rung}: ${METRIC_NAMES[metric]} ${score(entry.value)}`;
  if (entry.type === 'stopped')
    return `${name} ${inEnglish(prunedAt(entry.rung, entry.value, entry.cutoff))}`;
  return `${name} ended: ${entry.state}${entry.reason === undefined ? '' : `, ${entry.reason}`}`;
}

/** For other programs: fields may be added, these stay. */
export function sweepResult(io: Pick<CliIo, 'cwd'>, report: SweepReport) {
  const { sweep, trials, verdict, ended } = report;
  return {
    type: 'result',
    sweep: sweep.dir,
    state: ended ? 'ended' : 'not ended',
    best: verdict ? { trial: verdict.best.trial, ...verdict.best.best, run: verdict.best.dir } : null,
    trials: trials.map(({ trial, dir, state: own, note, epochs, best, stopped }) => ({
      ...{ trial, run: dir, state: own, note, epochs, best: best ?? null },
      settings: sweep.file.trials[trial],
      stopped: stopped ? { rung: stopped.rung, value: stopped.value, cutoff: stopped.cutoff } : null,
    })),
    verdict: verdict ? verdictJson(verdict) : null,
    next: nextCommands(io, report),
  };
}

function verdictJson({ against, chosenFrom }: SweepVerdict) {
  if (against === undefined) return { verdict: 'first', comparisons: chosenFrom };
  if (against.kind === 'absent') return { refused: against.why };
  if (against.kind === 'refused') return { refused: inEnglish(against.why) };
  const { map, low, high, verdict } = against;
  return { map, low, high, verdict, comparisons: chosenFrom };
}

/** What a sweep has shown so far; false if its folder cannot be read as one. */
export async function printSweep(io: CliIo, dir: string, json: true | undefined): Promise<boolean> {
  const sweep = await readSweep(dir);
  if (!sweep) return false;
  const report = await reportSweep(sweep);
  if (json) printJson(io.stdout, sweepResult(io, report));
  else for (const line of sweepLines(io, report)) printLine(io.stdout, line);
  if (!json && report.verdict?.against)
    printLine(io.stdout, explainedLine(io.installDir, 'several-runs-and-a-gate'));
  return true;
}
