import { BadInputError } from '../../base/bad-input';

/** A file or folder is not what it should be and was left alone: one line that names it and says why. */
export class Refused extends BadInputError {
  constructor(file: string, why: string) {
    super(`${file}: ${why}`);
    this.name = 'Refused';
  }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

const LINK = 'is a link, and links in a run folder are not followed';
/** What opening answers for a link, where links are not followed. BSD has a code of its own. */
const LINK_CODES: ReadonlySet<string> = new Set(['ELOOP', 'EMLINK', 'EFTYPE']);

/** The error of an `open` without following links, in words where it was refused for what it is. */
export function openFailure(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (LINK_CODES.has(code)) return refusedLink(file);
  if (code === 'ENXIO') return new Refused(file, 'is a socket or a pipe; a file was expected');
  if (code === 'EISDIR') return new Refused(file, 'is a folder; a file was expected');
  return error;
}

export function refusedLink(file: string): Refused {
  return new Refused(file, LINK);
}
