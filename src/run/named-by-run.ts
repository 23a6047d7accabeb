import type { RunFile } from './files';

/** What a run's run.json names, and what acting on the run would therefore execute, read and enter. */
export type NamedByRun = {
  /** Program with its arguments; undefined for Pitwall's own trainer and for a run that is only followed. */
  readonly program: string | undefined;
  /** Interpreter that would open the run's checkpoints. */
  readonly python: string | undefined;
  readonly folder: string;
  readonly data: string | undefined;
};

export function namedByRun({ cwd, python, follows, experiment }: RunFile): NamedByRun {
  const { trainer, command, data } = experiment.resolved;
  const interpreter = python ?? (trainer === 'ultralytics' ? 'python3' : undefined);
  const program = follows || trainer !== 'command' ? undefined : command?.run.join(' ');
  return { program, python: interpreter, folder: cwd, data: data === '' ? undefined : data };
}
