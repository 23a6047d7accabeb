import { readdir } from 'node:fs/promises';
import path from 'node:path';

const MOST_SHOWN = 5;

/** The message that a file never came, and which others of its kind are in its folder. */
export async function absent(file: string, kind: RegExp): Promise<string> {
  const folder = path.dirname(file);
  const there = await readdir(folder).catch(() => undefined);
  if (there === undefined) return `${file} was expected, and its folder does not exist (command.path)`;
  const others = there.filter((name) => kind.test(name)).slice(0, MOST_SHOWN);
  const found = others.length === 0 ? 'no other of its kind is beside it' : `beside it: ${others.join(', ')}`;
  return `${file} was expected and does not exist; ${found} (command.path)`;
}
