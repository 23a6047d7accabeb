import { escapeHtml } from '../../base/html';

export type HtmlCell = {
  readonly text: string;
  readonly number?: boolean;
  readonly tone?: string;
  /** What a long text is cut from. */
  readonly title?: string;
};

const cell = (element: 'td' | 'th', { text, number, tone, title }: HtmlCell): string => {
  const names = [number ? 'n' : '', tone ?? ''].filter((name) => name !== '').join(' ');
  const hint = title === undefined ? '' : ` title="${escapeHtml(title)}"`;
  return `<${element}${names === '' ? '' : ` class="${names}"`}${hint}>${escapeHtml(text)}</${element}>`;
};

/** A table that scrolls by itself if the page is narrow; `kind`: a class of its own. */
export function tableOf(
  heads: readonly HtmlCell[],
  rows: readonly (readonly HtmlCell[])[],
  kind?: string,
): string {
  const head = heads.map((one) => cell('th', one)).join('');
  const body = rows.map((row) => `<tr>${row.map((one) => cell('td', one)).join('')}</tr>`).join('');
  const named = kind === undefined ? '' : ` class="${kind}"`;
  return `<div class="scroll" tabindex="0"><table${named}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

export const n = (text: string): HtmlCell => ({ text, number: true });
