import { readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { BadInputError } from '../../base/bad-input';
import { codeOf } from '../../run/folder/refused';
import { type Content, writeWhole } from '../../run/folder/write-file';
import { badInput, fileFailure } from '../failure';
import type { CliIo } from '../io';

/** A file for a result, as a person named it. */
export type NamedFile = {
  /** How it was named: the option. */
  readonly option: string;
  readonly file: string;
  /** What such files end in, as `.svg`: the first is the usual one. */
  readonly endings: readonly string[];
};

export const svgFile = (file: string): NamedFile => ({ option: '--svg', file, endings: ['.svg'] });

/**
 * Writes a result whole into the file that a person named, through links, which are theirs. Throws one line if a pipe, a device or a
 * folder is there, which would be replaced or waited for, or a file of another kind, which may be what the command has read.
 */
export async function writeNamed(io: Pick<CliIo, 'cwd'>, named: NamedFile, content: Content): Promise<void> {
  const target = await placeOf(io, named);
  await writeWhole(target, content).catch((error: unknown) => {
    throw refusal(named, error);
  });
}

/** Its path, without links. Throws as `writeNamed` does: a command that takes long asks before it begins. */
export async function placeOf({ cwd }: Pick<CliIo, 'cwd'>, named: NamedFile): Promise<string> {
  const target = await withoutLinks(path.resolve(cwd, named.file));
  const there = await statOf(target).catch((error: unknown) => {
    throw refusal(named, error);
  });
  const why = there && whyNot(there, target, named);
  if (why !== undefined) throw badInput(`${named.option}: ${named.file}: ${why}`);
  return target;
}

const refusal = ({ option, file }: NamedFile, error: unknown): Error =>
  error instanceof BadInputError ? error : badInput(`${option}: ${file}: ${fileFailure(error)}`, error);

type Kind = { isFile(): boolean; isDirectory(): boolean };

function whyNot(there: Kind, target: string, { endings }: NamedFile): string | undefined {
  if (there.isDirectory()) return 'is a folder; a file was expected';
  if (!there.isFile()) return 'is a pipe or a device; a file was expected';
  const ending = path.extname(target).toLowerCase();
  if (ending === '' || endings.includes(ending)) return undefined;
  return `is there already, and not as a file of this kind (${endings[0]}): it is not overwritten`;
}

const statOf = (file: string): Promise<Kind | undefined> =>
  stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });

/** The last of them may name a file that is not there yet, which no other call says. */
async function withoutLinks(file: string, left = MOST_LINKS): Promise<string> {
  const named = await readlink(file).catch(() => undefined);
  if (named === undefined || left === 0) return file;
  return withoutLinks(path.resolve(path.dirname(file), named), left - 1);
}

/** As many as Linux follows. */
const MOST_LINKS = 40;
