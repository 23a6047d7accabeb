import { existsSync } from 'node:fs';
import path from 'node:path';

/** The paths of everything in a run; `dir` is the run folder. */
export function runPaths(dir: string) {
  const at = (...parts: string[]): string => path.join(dir, ...parts);
  return {
    dir,
    run: at('run.json'),
    signature: at('signature.json'),
    meta: at('meta.json'),
    status: at('status.json'),
    events: at('events.jsonl'),
    keeper: at('keeper.jsonl'),
    validation: at('validation.jsonl'),
    stdout: at('stdout.log'),
    keeperLog: at('keeper.log'),
    /** What was changed since the commit that the run names. */
    changes: at('changes.patch'),
    job: at('job.json'),
    jobScript: at('job.sh'),
    control: at('control'),
    trainerControl: at('control', 'trainer'),
    checkpoints: at('checkpoints'),
    detections: at('validation'),
  } as const;
}
export type RunPaths = ReturnType<typeof runPaths>;

/** A dataset YAML as the experiment names it: relative to the experiment file, else to the working folder. */
export function resolveDataPath(data: string, experimentFile: string, cwd: string): string {
  if (path.isAbsolute(data)) return data;
  const beside = path.resolve(path.dirname(experimentFile), data);
  const fromCwd = path.resolve(cwd, data);
  return !existsSync(beside) && existsSync(fromCwd) ? fromCwd : beside;
}

/**
 * The machine or device that a path leads to on Windows, in lower case: `\\machine\share`, also with slashes or behind `\\?\UNC\`;
 * `\\.\pipe\x` is of `pipe`. Whatever opens such a path sends that machine the user's name and a proof of the password.
 */
export function serverOf(file: string): string | undefined {
  const [, name] = /^[\\/]{2}(?:[?.][\\/]+(?:unc[\\/]+)?)?([^\\/]*)/i.exec(file) ?? [];
  return name === undefined || /^[a-z]:$/i.test(name) ? undefined : name.toLowerCase();
}

/** Whether a file that another one names is on a machine of its own; never if paths of the system name none. */
export function leadsElsewhere(file: string, near: string, platform: string): boolean {
  const server = platform === 'win32' ? serverOf(file) : undefined;
  return server !== undefined && server !== serverOf(near);
}
