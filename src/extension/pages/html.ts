import { escapeHtml, pageShell } from '../../base/html';

/** A page of dist/ by the name of its script and its style. */
export type PageEntry = 'panel' | 'side' | 'table';

/** The parts of a page; everything it may load is named in its policy. */
export type PageHtml = {
  readonly entry: PageEntry;
  readonly title: string;
  readonly nonce: string;
  /** Origin that the editor serves the extension's own files from. */
  readonly source: string;
  readonly script: string;
  readonly style: string;
  /** English text -> the reader's language. */
  readonly strings: Readonly<Record<string, string>>;
  /** The subject of the page; it returns this when it is restored. */
  readonly subject: unknown;
  readonly language: string;
};

/** Hash of the empty text: the toolkit adds an empty style element and fills it through the object model. */
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/**
 * Scripts by nonce, styles and fonts from the extension, images that the host sent as bytes; no network. What toolkit
 * and Chart.js set through the object model is not affected by a policy.
 */
export function pageHtml(page: PageHtml): string {
  const { title, language, nonce, source } = page;
  return pageShell({
    title,
    language,
    policy: [
      `script-src 'nonce-${nonce}'`,
      `style-src ${source} ${EMPTY_STYLE}`,
      `font-src ${source} data:`,
      'img-src blob: data:',
    ],
    head: `<link rel="stylesheet" href="${escapeHtml(page.style)}">`,
    body: `<main id="app"></main>
<script type="application/json" id="pitwall-strings">${jsonBlock(page.strings)}</script>
<script type="application/json" id="pitwall-subject">${jsonBlock(page.subject)}</script>
<script nonce="${nonce}" src="${escapeHtml(page.script)}"></script>`,
  });
}

/** JSON that cannot end the script element around it. */
const jsonBlock = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
