import path from 'node:path';
import { escapeHtml } from '../../base/html';
import type { Translate } from '../../base/translate';
import { say } from '../../base/words';
import { formatMetric } from '../../domain/display/format';
import { explainAction } from '../../domain/display/statistics-page';
import { METRIC_NAMES, prunedAt, shownSetting } from '../../domain/sweep/display';
import { bestCurveSvg, parallelSvg, type TrialLine, type TrialMark } from '../../domain/sweep/svg';
import { bestCurve, leaderOf } from '../../engine/sweep/best-curve';
import type { SweepReport, SweepView, TrialReport } from '../../engine/sweep/report';
import { bestSentences } from '../../engine/sweep/sentences';
import type { SweepState } from '../../engine/sweep/sweep-folder';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import { PAGE_COLOURS } from './drawn-page';

const PICTURE = { width: 720, height: 300, colours: PAGE_COLOURS } as const;
const CURVE = { ...PICTURE, height: 190 } as const;
/** What a foreign folder may hold more of is left to `pitwall show`. */
const MOST_KEYS = 20;

/** The content of a sweep's page now: what it has found, what its epochs have bought, and each trial with its end explained. */
export function sweepBody({ report, state }: SweepView, t: Translate): string {
  const { sweep, verdict } = report;
  const asItStands = t('the file as it stands');
  const found = bestSentences(report, asItStands).map(
    (one) => `<p role="status">${escapeHtml(say(one, t))}</p>`,
  );
  return [
    `<h2>${escapeHtml(sweep.name)}</h2>`,
    `<p class="quiet">${escapeHtml([stateText(state, t), planText(report, t), costText(report, t)].filter((part) => part !== '').join(' · '))}</p>`,
    ...found,
    verdict ? nextText(t) : '',
    verdict?.against
      ? `<p>${button(explainAction('difference'), t('How This Was Judged'), 'second')}</p>`
      : '',
    ...pictures(report, t),
    table(report, t),
  ].join('\n');
}

function stateText(state: SweepState, t: Translate): string {
  if (state === 'ended') return t('Ended');
  return state === 'running'
    ? t('Running')
    : t('No program drives it: Start Sweep goes on with it and repeats no trial');
}

function planText({ sweep }: SweepReport, t: Translate): string {
  const { trials, experiment, rule, rungs, epochs } = sweep.file;
  const file = path.basename(experiment.file);
  return rungs.length === 0
    ? t('{0} trials of {1}, {2} epochs each', trials.length, file, epochs)
    : t('{0} trials of {1}, {2} at epoch {3} of {4}', trials.length, file, rule, rungs.join(', '), epochs);
}

function costText({ sweep, trials }: SweepReport, t: Translate): string {
  const trained = trials.reduce((sum, { epochs }) => sum + epochs, 0);
  return t('{0} of {1} epochs trained', trained, sweep.file.epochs * trials.length);
}

const nextText = (t: Translate): string =>
  `<p>${escapeHtml(t('One run each does not show which settings are better: repeat the best with 3 seeds (pitwall repeat --seeds 3).'))}</p>`;

function pictures(report: SweepReport, t: Translate): readonly string[] {
  const metric = METRIC_NAMES[report.sweep.file.metric];
  const points = bestCurve(report);
  const leader = leaderOf(report);
  const lines = report.trials.flatMap((trial) => lineOf(trial, leader));
  if (points.length === 0 || lines.length === 0) return [];
  const last = points[points.length - 1];
  return [
    figure(
      bestCurveSvg(points, { epochs: t('epochs'), metric }, CURVE),
      t(
        'Highest {0} by the epochs that all trials have trained: {1} after {2}.',
        metric,
        formatMetric(last.value),
        last.epochs,
      ),
    ),
    figure(
      parallelSvg({ keys: report.keys, trials: lines, metric }, PICTURE),
      t('A line for each trial, through its settings to its {0}.', metric),
      legend(t),
    ),
  ];
}

/** The sentence is read out in place of the picture, and stands below it. */
function figure(svg: string, words: string, rest = ''): string {
  const named = svg.replace('role="img"', `role="img" aria-label="${escapeHtml(words)}"`);
  return `<figure>${named}<figcaption class="quiet">${escapeHtml(words)} ${rest}</figcaption></figure>`;
}

/** The lines as they are drawn, with their meaning. */
function legend(t: Translate): string {
  const entries = [
    ['key best', t('the best')],
    ['key file', t('the file as it stands')],
    ['key stopped', t('stopped at a rung')],
  ];
  return entries.map(([kind, text]) => `<span class="${kind}"></span> ${escapeHtml(text)}`).join(' ');
}

function lineOf(trial: TrialReport, leader: TrialReport | undefined): readonly TrialLine[] {
  const { name, settings, best } = trial;
  return best ? [{ name, settings, value: best.value, mark: markOf(trial, leader) }] : [];
}

function markOf({ trial, stopped }: TrialReport, leader: TrialReport | undefined): TrialMark {
  if (trial === leader?.trial) return 'best';
  if (trial === 0) return 'file';
  return stopped ? 'stopped' : 'other';
}

function table(report: SweepReport, t: Translate): string {
  const { trials, sweep } = report;
  const { metric, rungs } = sweep.file;
  const keys = report.keys.slice(0, MOST_KEYS);
  const atRungs = rungs.map((rung) => t('{0} at {1}', METRIC_NAMES[metric], rung));
  const heads = [t('trial'), ...keys, t('epoch'), ...atRungs, t('best'), t('at'), t('state')];
  const rows = trials.map((trial) => `<tr>${rowOf(trial, keys, t).join('')}</tr>`);
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function rowOf(trial: TrialReport, keys: readonly string[], t: Translate): readonly string[] {
  const { name, settings, epochs, atRungs, best, state } = trial;
  const shown = [
    ...keys.map((key) => shownSetting(settings.get(key))),
    String(epochs),
    ...[...atRungs, best?.value].map((value) => (value === undefined ? '-' : formatMetric(value))),
    best ? String(best.epoch) : '',
    remarkOf(trial, t),
  ];
  const lead = state === 'waiting' ? escapeHtml(name) : button(`open:${trial.trial}`, name, 'link');
  return [`<td>${lead}</td>`, ...shown.map((text) => `<td>${escapeHtml(text)}</td>`)];
}

/** Why it ended at this epoch. */
function remarkOf({ trial, state, note, stopped }: TrialReport, t: Translate): string {
  const file = trial === 0 ? t('the file as it stands') : '';
  if (stopped)
    return [file, say(prunedAt(stopped.rung, stopped.value, stopped.cutoff), t)]
      .filter((one) => one)
      .join('; ');
  const label = state === 'waiting' ? t('waiting') : stateLabel(state, t);
  return [file, state === 'completed' ? '' : [label, note].filter((one) => one).join(', ')]
    .filter((one) => one)
    .join('; ');
}

const button = (act: string, text: string, kind: string): string =>
  `<button data-act="${act}" class="${kind}">${escapeHtml(text)}</button>`;
