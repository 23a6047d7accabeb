import { BadInputError } from '../../base/bad-input';
import { type Words, words } from '../../base/words';

/** A file or folder is not what it should be and was not touched: one line that names it and says why. */
export class Refused extends BadInputError {
  constructor(file: string, why: Words) {
    super(words('{0}: {1}', file, why));
    this.name = 'Refused';
  }
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}

const LINK = words('is a link, and links in a run folder are not followed');
/** The error of opening a link if links are not followed. BSD has a code of its own. */
const LINK_CODES: ReadonlySet<string> = new Set(['ELOOP', 'EMLINK', 'EFTYPE']);

/** The error of an `open` that does not follow links, in words if it was refused for its kind. */
export function openFailure(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (LINK_CODES.has(code)) return refusedLink(file);
  if (code === 'ENXIO') return new Refused(file, words('is a socket or a pipe; a file was expected'));
  if (code === 'EISDIR') return new Refused(file, words('is a folder; a file was expected'));
  return error;
}

export function refusedLink(file: string): Refused {
  return new Refused(file, LINK);
}
