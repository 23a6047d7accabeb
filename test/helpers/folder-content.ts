import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Everything that is in a folder, with a hash of its content: two are equal if nothing was changed. */
export function folderContent(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .map((name) => path.join(folder, name))
    .map((file) => `${file} ${statSync(file).isFile() ? hashOf(file) : ''}`)
    .join('\n');
}

const hashOf = (file: string): string => createHash('md5').update(readFileSync(file)).digest('hex');
