import { visible } from '../base/visible';
import { TRAINERS } from '../domain/experiment/trainers';
import type { RunFile } from './files';

/** What a run's run.json names, and what acting on the run would therefore execute, read and enter; each is one line. */
export type NamedByRun = {
  /**
   * Program with its variables before it and its arguments behind it: a variable can make any program run another. Undefined
   * for Pitwall's own trainer and for a run that is only followed.
   */
  readonly program: string | undefined;
  /** Interpreter that would open the run's checkpoints. */
  readonly python: string | undefined;
  /** Weights that Python would open, which executes what is in them. */
  readonly model: string | undefined;
  readonly folder: string;
  readonly data: string | undefined;
};

export function namedByRun({ cwd, python, follows, experiment }: RunFile): NamedByRun {
  const { trainer, command, data, model } = experiment.resolved;
  const isPython = TRAINERS[trainer].isUltralytics;
  const interpreter = python ?? (isPython ? 'python3' : undefined);
  const started = follows || !TRAINERS[trainer].isReader ? undefined : command;
  const folder = started?.cwd === undefined ? cwd : `${started.cwd} (from ${cwd})`;
  return {
    program:
      started &&
      shown([...Object.entries(started.env).map(([k, v]) => `${k}=${v}`), ...started.run].join(' ')),
    python: shown(interpreter),
    model: isPython ? shown(model) : undefined,
    folder: visible(folder),
    data: data === '' ? undefined : shown(data),
  };
}

/** A line break in it would begin a line of its own in a dialog, which says something else. */
function shown(text: string): string;
function shown(text: string | undefined): string | undefined;
function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : visible(text);
}
