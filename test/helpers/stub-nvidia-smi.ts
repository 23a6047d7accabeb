import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A program `nvidia-smi` in `folder`, which answers each call by the first argument that `answers` has a text for, and then
 * ends. For the PATH of a test.
 */
export function stubNvidiaSmi(folder: string, answers: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  const cases = Object.entries(answers).map(
    ([argument, text], i) => `*${argument}*) cat "$(dirname "$0")/answer-${i}" ;; # ${text.length}`,
  );
  Object.values(answers).forEach((text, i) => {
    writeFileSync(path.join(folder, `answer-${i}`), text);
  });
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\n*) exit 9 ;;\nesac\n`);
  chmodSync(file, 0o755);
  return file;
}

export type HangingProgram = {
  readonly file: string;
  /** Of the programs that were started, one for each. */
  readonly pids: () => readonly number[];
  /** Ends them and what they have started. */
  readonly end: () => void;
};

/** A program `nvidia-smi` that never answers, ignores SIGTERM, and has a child that holds its output: as if the driver hangs. */
export function stubHangingNvidiaSmi(folder: string): HangingProgram {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, `#!/bin/bash\ntrap '' TERM\nsleep 600 &\necho "$$ $!" >> "${folder}/pids"\nwait\n`);
  chmodSync(file, 0o755);
  const log = path.join(folder, 'pids');
  // Whole lines alone: an empty one would be process 0, which means all of this group.
  const lines = (): string[] =>
    existsSync(log) ? (readFileSync(log, 'utf8').match(/^\d+ \d+$/gm) ?? []) : [];
  const started = (): number[][] => lines().map((line) => line.split(' ').map(Number));
  const end = (): void => {
    for (const pid of started().flat().filter(isAlive)) process.kill(pid, 'SIGKILL');
  };
  return { file, pids: () => started().map(([pid]) => pid), end };
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
