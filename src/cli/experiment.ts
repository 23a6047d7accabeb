import { existsSync } from 'node:fs';
import path from 'node:path';
import { isBadInput } from '../base/bad-input';
import { formatProblem, type Problem } from '../base/problem';
import { inEnglish } from '../base/words';
import { decodeText, notUtf8 } from '../dataset/load-yaml';
import { parseExperiment } from '../domain/experiment/parse';
import { TRAINERS } from '../domain/experiment/trainers';
import type { Experiment } from '../domain/experiment/types';
import { MOST_BYTES } from '../run/folder/bounds';
import { resolveDataPath } from '../run/folder/paths';
import { readBytesSync } from '../run/folder/read-file';
import { badInput, fileFailure } from './failure';
import { type CliIo, printLine } from './io';

/** An experiment as requested on the command line: the file and the `--set` values over it. */
export type LoadedExperiment = {
  /** Absolute. */
  readonly file: string;
  /** The file as the user named it, for messages. */
  readonly shown: string;
  readonly text: string;
  readonly set: readonly string[];
  /** `data` is absolute if the file exists. */
  readonly experiment: Experiment;
};

/** Reads and resolves an experiment; warnings go to stderr, errors end the command with 2, a line each. */
export function loadExperiment(io: CliIo, config: string, set: readonly string[]): LoadedExperiment {
  const { loaded, problems } = readExperiment(io, config, set);
  printWarnings(io, problems);
  return loaded;
}

/** The same, which prints nothing: of many that differ in a setting, one is enough to warn of. */
export function readExperiment(
  { cwd }: Pick<CliIo, 'cwd'>,
  config: string,
  set: readonly string[],
): { readonly loaded: LoadedExperiment; readonly problems: readonly Problem[] } {
  const file = path.resolve(cwd, config);
  const text = readText(file, config);
  const { experiment, problems } = parseExperiment(text, { file: config, set });
  refuseErrors(problems);
  if (!experiment) throw badInput(`${config}: is not an experiment`);
  const data = resolveData(experiment, file, cwd);
  return { loaded: { file, shown: config, text, set, experiment: { ...experiment, data } }, problems };
}

/** Other trainers know data sets by name (`coco8.yaml`), and a program of one's own may need none. */
function resolveData({ trainer, data }: Experiment, file: string, cwd: string): string {
  if (data === '') return data;
  const resolved = resolveDataPath(data, file, cwd);
  return TRAINERS[trainer].isOwn || existsSync(resolved) ? resolved : data;
}

/**
 * Errors are thrown together, a line each, and nothing else is printed; else warnings are printed and returned. Notes
 * are for `schedule` and the editor.
 */
export function reportProblems(io: CliIo, problems: readonly Problem[]): readonly string[] {
  refuseErrors(problems);
  return printWarnings(io, problems);
}

export function refuseErrors(problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) throw badInput(errors.map(formatProblem));
}

export function printWarnings(io: CliIo, problems: readonly Problem[]): readonly string[] {
  const warnings = problems.filter((problem) => problem.severity === 'warning').map(formatProblem);
  for (const warning of warnings) printLine(io.stderr, `warning: ${warning}`);
  return warnings;
}

export function readText(file: string, shown = file): string {
  try {
    return decode(readBytesSync(file, { most: MOST_BYTES.yaml, links: 'follow' }), shown);
  } catch (error) {
    if (isBadInput(error)) throw error;
    throw badInput(`${shown}: ${fileFailure(error)}`, error);
  }
}

function decode(bytes: Uint8Array, shown: string): string {
  const decoded = decodeText(bytes);
  if (decoded.kind === 'text') return decoded.text;
  throw badInput(`${shown}: ${inEnglish(notUtf8(decoded.encoding))}`);
}

/** The full path of a file that can be read; else bad input. */
export function readableFile({ cwd }: CliIo, file: string): string {
  const full = path.resolve(cwd, file);
  readText(full, file);
  return full;
}
