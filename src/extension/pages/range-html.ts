import { escapeHtml, pageShell } from '../../base/html';
import type { Translate } from '../../base/translate';
import { describeRange } from '../../domain/display/lr-range';
import { rangeSvg } from '../../domain/lr-range/svg';
import type { RangePoint, RangeReading } from '../../domain/lr-range/types';
import type { SvgColours } from '../../domain/schedule/svg-frame';

export type RangeView = {
  readonly points: readonly RangePoint[];
  /** After the test has ended. */
  readonly reading: RangeReading | undefined;
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

/** Colours of the theme: this SVG is part of the page itself. */
const COLOURS: SvgColours = {
  foreground: 'var(--vscode-foreground)',
  muted: 'var(--vscode-descriptionForeground)',
  accent: 'var(--vscode-charts-blue)',
  grid: 'var(--vscode-charts-lines)',
  warmup: 'transparent',
  // Orange is a translucent brown in the default dark theme.
  mark: 'var(--vscode-charts-yellow)',
  halo: 'var(--vscode-editor-background)',
};
const PICTURE = { width: 720, height: 360, colours: COLOURS } as const;

const STYLE = `
svg{max-width:100%;height:auto}p{max-width:60em}.quiet{color:var(--vscode-descriptionForeground)}
button{font:inherit;border:1px solid var(--vscode-button-border,transparent);padding:5px 14px;border-radius:2px;cursor:pointer;color:var(--vscode-button-foreground);background:var(--vscode-button-background)}
button:hover{background:var(--vscode-button-hoverBackground)}button:focus-visible{outline:1px solid var(--vscode-focusBorder);outline-offset:2px}
button.second{color:var(--vscode-button-secondaryForeground);background:var(--vscode-button-secondaryBackground)}
button:disabled{opacity:.5;cursor:default}
`;

/** Shows each body that the host sends, and sends the host which button was pressed. */
const SCRIPT = `
const host = acquireVsCodeApi();
addEventListener('message', ({ data }) => {
  const focused = document.activeElement?.dataset?.act;
  document.querySelector('main').innerHTML = data;
  if (focused) document.querySelector('[data-act="' + focused + '"]')?.focus();
});
addEventListener('click', ({ target }) => {
  const act = target.closest('button')?.dataset.act;
  if (act) host.postMessage(act);
});
`;

/** The page: its policy runs only the one script that talks to the host, and loads nothing. */
export function rangePage(body: string, title: string, nonce: string): string {
  return pageShell({
    title,
    policy: [`script-src 'nonce-${nonce}'`, `style-src 'nonce-${nonce}'`],
    head: `<style nonce="${nonce}">${STYLE}</style>`,
    body: `<main>${body}</main><script nonce="${nonce}">${SCRIPT}</script>`,
  });
}

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

function wordsOf({ reading, points, steps, ended, note }: RangeView, t: Translate): string {
  if (!ended || !reading) return steps === 0 ? t('Starting.') : t('Step {0} of {1}.', points.length, steps);
  const words = describeRange(reading, t);
  return reading.kind === 'found' || note === undefined ? words : `${words} ${note}`;
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
