import { visible } from './visible';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of a file that anybody may have written, as text of a page: no markup, and nothing that is not seen. */
export const escapeHtml = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char]);

/** The same of several lines. */
export const escapeLines = (text: string): string => text.split(/\r?\n/).map(escapeHtml).join('\n');

export type PageShell = {
  readonly title: string;
  /** Absent: it is shown by something that knows. */
  readonly language?: string;
  /** What the page may do beside nothing: directives of its content security policy. */
  readonly policy: readonly string[];
  /** Markup of the head. */
  readonly head: string;
  readonly body: string;
};

/** A whole page. It loads and runs nothing but what its policy names. */
export function pageShell({ title, language, policy, head, body }: PageShell): string {
  const content = ["default-src 'none'", ...policy].join('; ').replaceAll('"', '&quot;');
  return `<!DOCTYPE html>
<html${language === undefined ? '' : ` lang="${escapeHtml(language)}"`}><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${content}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${head}</head>
<body>${body}</body></html>
`;
}
