import { escapeHtml, escapeLines, pageShell } from '../../base/html';
import { createTranslate, type Translate } from '../../base/translate';
import { say } from '../../base/words';
import { recipesOfMany } from '../../domain/compare/recipes-of-many';
import { againstBaseline, bestSentence, limitsWords } from '../../domain/compare/sentences';
import { withNames } from '../../domain/compare/sides';
import { SAMPLING_ONLY } from '../../domain/compare/warnings';
import { formatDifference, formatDuration, formatMetric } from '../../domain/display/format';
import { STATISTICS_PAGE } from '../../domain/display/statistics-page';
import { metricNames } from '../../domain/run/task';
import { saidText } from '../../protocol/alert-text';
import { stateLabel } from '../../protocol/dashboard/run-facts';
import type { XAxis } from '../../protocol/dashboard/types';
import { bestText } from '../../protocol/dashboard/verdict';
import type { DifferingSetting } from '../../run/settings-of';
import type { RunState } from '../../run/state';
import { knownTime } from '../../run/times';
import {
  compareMany,
  groundsOf,
  type ManyCompared,
  type OneOfMany,
  trainingSeconds,
} from '../compare/compare-many';
import { withImageReader } from '../image-process';
import type { ReportRequest } from '../runs/worker-task';
import { AXES, reportAxis } from './report-axis';
import { breakdownsHtml } from './report-breakdown';
import { type OverlayChart, overlaySvg, reportCharts } from './report-charts';
import { imagesKey, worstImagesHtml } from './report-images';
import { REPORT_STYLE } from './report-style';
import { type HtmlCell, n, tableOf } from './report-table';

export type ReportOptions = {
  readonly t: Translate;
  readonly now: number;
  readonly version: string;
  /** Content security policy of a page that is shown in the editor; a file has one that loads nothing. */
  readonly nonce?: string;
  /** Of each run its worst images, as HTML; absent: the page has none. */
  readonly images?: readonly string[];
  /** Of each run its confusions and sizes, as HTML; absent: the page has none. */
  readonly breakdowns?: readonly string[];
};

/** One page without script or network: runs beside each other, what distinguishes them, and how they were made. */
export function reportHtml(compared: ManyCompared, options: ReportOptions): string {
  const { t, now, version, nonce } = options;
  const title = compared.runs.map(({ name }) => name).join(', ');
  const style = nonce === undefined ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const made = t('Report of {0}, by Pitwall {1}', minuteText(now), version);
  return pageShell({
    title,
    policy: ['img-src data:', `style-src ${style}`],
    head: `<style${nonce === undefined ? '' : ` nonce="${nonce}"`}>${REPORT_STYLE}</style>`,
    body: `<main>
<h1>${escapeHtml(title)}</h1><p class="quiet">${escapeHtml(made)}</p>
${bodyOf(compared, options)}
</main>`,
  });
}

function bodyOf(compared: ManyCompared, { t, images, breakdowns }: ReportOptions): string {
  const isOne = compared.runs.length === 1;
  return [
    section(t('Results'), metricsTable(compared, t) + notes(compared, t)),
    section(t('Curves'), legend(compared) + charts(compared, t)),
    isOne ? '' : section(t('Settings that differ'), differences(compared.settings, compared, t)),
    isOne ? '' : section(t('Environment that differs'), differences(compared.environment, compared, t)),
    breakdowns ? section(t('Confusions and sizes'), ofEach(compared, breakdowns)) : '',
    images ? section(t('Worst images'), imagesKey(t) + ofEach(compared, images)) : '',
    section(t('Runs'), compared.runs.map((run) => runDetails(run, t)).join('\n')),
  ].join('\n');
}

const ofEach = ({ runs }: ManyCompared, parts: readonly string[]): string =>
  parts
    .map((html, i) => `${runs.length === 1 ? '' : `<h3>${escapeHtml(runs[i].name)}</h3>`}${html}`)
    .join('\n');

const section = (title: string, content: string): string =>
  `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;

/** What decides comes first: a phone shows four columns, and scrolls to the others. */
function metricsTable(compared: ManyCompared, t: Translate): string {
  const { runs, baseline, task } = compared;
  const isOne = runs.length === 1;
  const [first, ...others] = metricNames(task).filter((name) => name !== '');
  const against = isOne
    ? []
    : [{ text: t('verdict') }, n(t('difference to {0}', runs[baseline].name)), n(t('all 95 %'))];
  const rest = [n(t('epoch')), ...others.map(n), { text: t('state') }, n(t('time'))];
  const rows = runs.map((run) => [
    { text: run.name },
    metric(run.reported?.map),
    ...(isOne ? [] : againstCells(run, t)),
    ...restCells(run, others.length, t),
  ]);
  return tableOf([{ text: t('run') }, n(first), ...against, ...rest], rows);
}

const metric = (value = Number.NaN): HtmlCell => n(formatMetric(value));

function restCells({ state, reported }: OneOfMany, metrics: number, t: Translate): HtmlCell[] {
  const { epoch, map50, precision, recall, own } = reported ?? {};
  const time = trainingSeconds(state);
  return [
    n(epoch === undefined ? '–' : `${epoch}${own ? ` (${t('its own')})` : ''}`),
    ...[map50, precision, recall].slice(0, metrics).map(metric),
    { text: stateOf(state, t) },
    n(time === undefined ? '–' : formatDuration(time, t)),
  ];
}

const stateOf = ({ status, run }: RunState, t: Translate): string =>
  status ? stateLabel(status.state, t, run) : '–';

function againstCells({ against }: OneOfMany, t: Translate): HtmlCell[] {
  if (against.kind === 'baseline') return [{ text: t('baseline') }, n(''), n('')];
  if (against.kind !== 'judged') return [{ text: t('not compared') }, n('–'), n('')];
  const limits = limitsWords(against);
  const verdict = { text: say(againstBaseline(against), t), tone: TONES[against.verdict] };
  const difference = formatDifference(against.map);
  return [verdict, n(difference), n(limits ? say(limits, t) : '–')];
}

const TONES = { first: 'bad', second: 'good', neither: '' } as const;

/** How the verdicts were made, which may be best, and why a run is not compared. */
function notes(compared: ManyCompared, t: Translate): string {
  const { runs, baseline, best } = compared;
  const judged = runs.filter(({ against }) => against.kind === 'judged').length;
  const { grounds, warnings } = groundsOf(compared);
  const lines = [
    ...(judged > 0
      ? [
          judged === 1
            ? t('On images like these.')
            : t('On images like these; the intervals hold together for {0} comparisons.', judged),
          ...[...grounds, ...warnings, SAMPLING_ONLY].map((one) => say(one, t)),
        ]
      : []),
    ...(best ? [t('Highest: {0}; {1}', runs[best.best].name, say(bestSentence(best), t))] : []),
    ...runs.flatMap(({ name, against }) => reasons(against, { a: runs[baseline].name, b: name }, t)),
    ...recipesOfMany(runs, runs[baseline].name).map((said) => say(said, t)),
    ...(judged > 0
      ? [
          t(
            'What the verdicts mean, and how they were checked: {0} of Pitwall',
            `${STATISTICS_PAGE}#several-runs-and-a-gate`,
          ),
        ]
      : []),
  ];
  return lines.map((line) => `<p class="quiet">${escapeHtml(line)}</p>`).join('');
}

function reasons(against: OneOfMany['against'], names: { a: string; b: string }, t: Translate): string[] {
  if (against.kind === 'baseline') return [];
  if (against.kind === 'judged') return against.said.map((said) => say(withNames(said, names), t));
  const why = against.kind === 'refused' ? say(withNames(against.why, names), t) : against.why;
  return [t('{0} is not compared: {1}', names.b, why)];
}

function legend({ runs }: ManyCompared): string {
  if (runs.length === 1) return '';
  const one = ({ name }: OneOfMany, i: number): string =>
    `<label><input type="checkbox" id="show${i}" checked><span class="key s${i}"></span>${escapeHtml(name)}</label>`;
  return `<div class="legend">${runs.map(one).join('')}</div>`;
}

function charts({ runs, task }: ManyCompared, t: Translate): string {
  const states = runs.map(({ state }) => state);
  const [metric] = metricNames(task);
  const over = AXES.map((name) => {
    const axis = reportAxis(name, states, t);
    const figures = reportCharts(states, { axis, metric, t }).map(figure);
    return `<div class="charts over-${name}">${figures.join('')}</div>`;
  });
  return axisSwitch(t) + over.join('');
}

const figure = (chart: OverlayChart): string =>
  `<figure><figcaption>${escapeHtml(chart.title)}</figcaption>${overlaySvg(chart)}</figure>`;

/** The style sheet shows the charts of the one that is chosen. */
function axisSwitch(t: Translate): string {
  const labels: Readonly<Record<XAxis, string>> = { epoch: t('Epoch'), step: t('Step'), time: t('Time') };
  const one = (name: XAxis): string =>
    `<label><input type="radio" name="axis" id="axis-${name}"${name === 'epoch' ? ' checked' : ''}>${escapeHtml(labels[name])}</label>`;
  return `<div class="legend" role="radiogroup" aria-label="${escapeHtml(t('X axis'))}">${AXES.map(one).join('')}</div>`;
}

function differences(rows: readonly DifferingSetting[], { runs }: ManyCompared, t: Translate): string {
  if (rows.length === 0) return `<p class="quiet">${escapeHtml(t('nothing'))}</p>`;
  const heads = [{ text: t('setting') }, ...runs.map(({ name }) => ({ text: name }))];
  return tableOf(
    heads,
    rows.map(({ key, values }) => [{ text: key }, ...values.map((value) => ({ text: value ?? '–' }))]),
  );
}

function startText(created: number): string | undefined {
  const known = knownTime(created);
  return known === undefined ? undefined : minuteText(known);
}

/** Unix ms as the minute in UTC. */
const minuteText = (t: number): string => new Date(t).toISOString().slice(0, 16).replace('T', ' ');

function runDetails({ name, state }: OneOfMany, t: Translate): string {
  const { run, meta, hello, plan, status } = state;
  const reason =
    status?.reason === undefined ? undefined : saidText({ message: status.reason, said: status.said }, t);
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('state'), [stateOf(state, t), reason].filter((part) => part !== undefined).join(': ')],
    [t('best'), bestText(state, t)],
    [t('note'), meta.notes],
    [t('tags'), meta.tags?.join(', ')],
    [t('started'), run && startText(run.created)],
    ['git', run?.git && `${run.git.commit}${run.git.dirty ? ` ${t('with changes')}` : ''}`],
    [t('machine'), run && `${run.machine.host}, ${run.machine.platform}, Node ${run.machine.node}`],
    [
      t('trainer'),
      [hello?.trainer, plan?.version, hello?.device].filter((part) => part !== undefined).join(', '),
    ],
    ['Pitwall', run?.pitwall],
    ['--set', run?.set.join(' ')],
  ];
  const rows = facts
    .filter(([, value]) => value)
    .map(([key, value]) => [{ text: key }, { text: value ?? '' }]);
  const text = run?.experiment.text ?? '';
  return `<details><summary>${escapeHtml(name)}</summary>${tableOf([], rows)}<pre>${escapeLines(text)}</pre></details>`;
}

/** The page as HTML, which opens without network. */
export async function reportOfRuns({
  asked,
  baseline,
  strings = {},
  reader,
  ...page
}: ReportRequest): Promise<string> {
  const t = createTranslate(strings);
  const compared = await compareMany(asked, baseline);
  const { runs } = compared;
  const images =
    reader && (await withImageReader(reader, (pictures) => worstImagesHtml({ runs, pictures, t })));
  const breakdowns = await breakdownsHtml(runs, t);
  return reportHtml(compared, { ...page, t, now: Date.now(), breakdowns, ...(images && { images }) });
}
