import { createTranslate } from '../../src/base/translate';

/** The reader's language, sent by the host in a data block of the page. */
export const t = createTranslate(readTable());

function readTable(): Record<string, string> {
  const text = document.getElementById('pitwall-strings')?.textContent;
  return text ? (JSON.parse(text) as Record<string, string>) : {};
}
