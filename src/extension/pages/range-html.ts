import { escapeHtml } from '../../base/html';
import type { Translate } from '../../base/translate';
import { describeRange, describeSeveral } from '../../domain/display/lr-range';
import type { SeveralTests } from '../../domain/lr-range/suggest';
import { rangeSvg } from '../../domain/lr-range/svg';
import type { RangePoint, RangeReading } from '../../domain/lr-range/types';
import { PAGE_COLOURS } from './drawn-page';

export type RangeView = {
  readonly points: readonly RangePoint[];
  /** After the test has ended. */
  readonly reading: RangeReading | undefined;
  /** What several tests say together; `reading` is then that of the one whose curve is shown. */
  readonly several?: SeveralTests | undefined;
  /** Which of several tests runs. */
  readonly number?: number;
  readonly span: { readonly from: number; readonly to: number };
  /** Steps of the whole test; 0 until the trainer has reported them. */
  readonly steps: number;
  readonly ended: boolean;
  /** Why it ended, if it did not end by itself. */
  readonly note: string | undefined;
  /** What the button writes, such as "lr0: 0.016". */
  readonly settings: string;
  /** Name of the config. */
  readonly file: string;
  readonly applied: boolean;
};

const PICTURE = { width: 720, height: 360, colours: PAGE_COLOURS } as const;

/** The content of the page now: the picture, its words, and the button that follows from them. */
export function rangeBody(view: RangeView, t: Translate): string {
  const words = wordsOf(view, t);
  const result = view.reading?.kind === 'found' ? view.reading.result : undefined;
  const svg = rangeSvg({ ...view, result, words: { lr: t('learning rate'), loss: t('loss') } }, PICTURE);
  return [
    `<h2>${escapeHtml(t('Learning rate test of {0}', view.file))}</h2>`,
    svg.replace('role="img"', `role="img" aria-label="${escapeHtml(words)}"`),
    `<p role="status">${escapeHtml(words)}</p>`,
    buttons(view, t),
    `<p class="quiet">${escapeHtml(t('A short run with a rising learning rate; nothing of it is kept for training. Faint: each step; strong: smoothed; shaded: rising loss.'))}</p>`,
  ].join('\n');
}

function wordsOf({ reading, several, ended, note, ...going }: RangeView, t: Translate): string {
  if (!ended || !reading) return progressOf(going, t);
  if (several) return describeSeveral(several, t);
  const words = describeRange(reading, t);
  return reading.kind === 'found' || note === undefined ? words : `${words} ${note}`;
}

function progressOf(
  { points, steps, number = 1 }: Pick<RangeView, 'points' | 'steps' | 'number'>,
  t: Translate,
): string {
  const step = steps === 0 ? t('Starting.') : t('Step {0} of {1}.', points.length, steps);
  return number === 1 ? step : t('Test {0}, with another seed: {1}', number, step);
}

function buttons({ ended, reading, settings, file, applied }: RangeView, t: Translate): string {
  const button = (act: string, text: string, rest = ''): string =>
    `<button data-act="${act}" ${rest}>${escapeHtml(text)}</button>`;
  if (!ended) return button('stop', t('Stop'), 'class="second"');
  const explain = button('explain', t('What this means, and how it was checked'), 'class="second"');
  if (reading?.kind !== 'found' || !reading.result.sure) return explain;
  const done = applied ? 'disabled' : '';
  const text = applied ? t('{0} is set in {1}', settings, file) : t('Write {0} into {1}', settings, file);
  return `${button('apply', text, done)} ${button('start', t('Start Training'), 'class="second"')} ${explain}`;
}
