import { escapeHtml } from '../../base/html';
import type { Translate } from '../../base/translate';
import { say } from '../../base/words';
import { viewConfusion } from '../../domain/display/confused-classes';
import { formatCount, formatMetric } from '../../domain/display/format';
import { SIZES, type SizesOf } from '../../domain/evaluation/coco/sizes';
import type { OneOfMany } from '../compare/compare-many';
import { breakdownOf, type CheckpointBreakdown, whyNoBreakdown } from '../gallery/breakdown';
import { keptDetections } from '../gallery/worst-images';
import { type HtmlCell, n, tableOf } from './report-table';

/** A phone shows these beside each other, with room for a name. */
const MOST_CLASSES = 12;

/** Of each run, as HTML: what the checkpoint that the report is about takes for what, and its AP by size; else why not. */
export async function breakdownsHtml(runs: readonly OneOfMany[], t: Translate): Promise<string[]> {
  const html: string[] = [];
  for (const { dir, state, reported } of runs) {
    const kept = reported ? keptDetections(state, reported.epoch) : [];
    const found = kept.length === 0 ? undefined : await breakdownOf({ dir, kept });
    html.push(found ? breakdownHtml(found, t) : quiet(say(whyNoBreakdown(state), t)));
  }
  return html;
}

function breakdownHtml(breakdown: CheckpointBreakdown, t: Translate): string {
  const shown = viewConfusion(breakdown.confusion).order.slice(0, MOST_CLASSES);
  return matrixHtml(breakdown, shown, t) + sizesHtml(breakdown, shown, t);
}

function matrixHtml(
  { epoch, names, confusion }: CheckpointBreakdown,
  shown: readonly number[],
  t: Translate,
) {
  const { background, order, count, share } = viewConfusion(confusion);
  const all = [...shown, background];
  const nameOf = (c: number, without: string): string => names[c] ?? without;
  const heads = all.map((c): HtmlCell => named(nameOf(c, t('false alarm'))));
  const rows = all.map((predicted) => [
    named(nameOf(predicted, t('missed'))),
    ...all.map((truth): HtmlCell => {
      const found = count(predicted, truth);
      const heat = Math.ceil(share(predicted, truth) * HEATS);
      const tone = predicted === truth ? 'right' : 'wrong';
      return { ...n(found === 0 ? '' : formatCount(found)), tone: `${tone} h${heat}` };
    }),
  ]);
  const how = t(
    'Epoch {0}, detections from confidence {1} on: rows are predicted, columns true; a darker cell has more of its column.',
    epoch,
    confusion.confidence,
  );
  const left =
    order.length > shown.length
      ? ` ${t('Shown are the {0} most confused of {1} classes.', shown.length, order.length)}`
      : '';
  return quiet(how + left) + tableOf([{ text: t('predicted') }, ...heads], rows, 'matrix');
}

function sizesHtml({ names, sizes }: CheckpointBreakdown, shown: readonly number[], t: Translate): string {
  const labels = { small: t('small'), medium: t('medium'), large: t('large') };
  const row = (name: HtmlCell, of: SizesOf): HtmlCell[] => [
    name,
    ...SIZES.map((size) => {
      const { objects, ap } = of[size];
      return n(ap === undefined ? '–' : `${formatMetric(ap)} (${formatCount(objects)})`);
    }),
  ];
  const own = shown.flatMap((c) => sizes.classes.filter((one) => one.class === c));
  const rows = [
    row({ text: t('all classes') }, sizes.all),
    ...own.map((one) => row(named(names[one.class]), one)),
  ];
  const how = t("COCO's AP by the size of objects, in brackets how many there are.");
  return quiet(how) + tableOf([{ text: t('class') }, ...SIZES.map((size) => n(labels[size]))], rows, 'sizes');
}

/** Cut by the style of the page, if it is long. */
const named = (name: string): HtmlCell => ({ text: name, title: name });

/** Shades of a cell, by its share of its column. */
const HEATS = 5;

/** One line upright for each class, and shades in the colours of the page. */
export const BREAKDOWN_STYLE = `.matrix{width:auto;font-size:12px}.matrix td,.matrix th{padding:2px 5px;border:1px solid var(--line)}.matrix th:not(:first-child){writing-mode:vertical-rl;max-height:9em;overflow:hidden;text-overflow:ellipsis;text-align:left}
.matrix td:first-child,.sizes td:first-child{max-width:34vw}.matrix td.n{min-width:2.4em}.right{--heat:var(--good)}.wrong{--heat:var(--bad)}
${Array.from({ length: HEATS }, (_, i) => `.h${i + 1}{background:color-mix(in srgb,var(--heat) ${6 + 6 * i}%,transparent)}`).join('')}`;

const quiet = (text: string): string => `<p class="quiet">${escapeHtml(text)}</p>`;
