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
