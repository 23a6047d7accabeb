import { toError } from '../base/async';

/** EX_TEMPFAIL of sysexits.h: another process keeps the run. */
export const KEPT_BY_ANOTHER = 75;

/** 0 done, 1 the run or validation failed or diverged, 2 bad usage or bad input, 75 kept by another, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | typeof KEPT_BY_ANOTHER | 130;

/** Ends a command: the lines for stderr and the exit code. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;

  /** A line each: a line feed within one comes from its subject, and is shown as an escape. */
  readonly lines: readonly string[];

  constructor(exitCode: ExitCode, message: string | readonly string[], options?: ErrorOptions) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.join('\n'), options);
    this.lines = lines.filter((line) => line !== '');
    this.name = 'CliFailure';
    this.exitCode = exitCode;
  }
}

export function badInput(message: string | readonly string[], cause?: unknown): CliFailure {
  return new CliFailure(2, message, { cause });
}

/** What the engine refuses is bad input, in its own line. */
export const refusing = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw badInput(toError(error).message, error);
  });

/** Why a file could not be read or written, in words instead of an errno. */
export function fileFailure(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    (typeof code === 'string' && REASONS[code]) || (error instanceof Error ? error.message : String(error))
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'read-only file system',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'is a folder, a file was expected',
  ENOSPC: 'no space left on the disk',
  EEXIST: 'already exists',
};
