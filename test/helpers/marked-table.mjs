// Tables of the documents that a script measures: each is between two comments of its name.
import { readFileSync, writeFileSync } from 'node:fs';

/** Replaces what is between `<!-- NAME -->` and `<!-- NAME end -->`. */
export function writeMarked(page, name, table) {
  const text = readFileSync(page, 'utf8');
  const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- ${name} end -->)`);
  if (!place.test(text)) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(
    page,
    text.replace(place, (_, begin, end) => `${begin}${table}\n${end}`),
  );
}
