import { visible } from '../../base/visible';

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
