import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { repositoryRoot } from './shared';

/** Another build may take its place: whether a test fails on an earlier commit is tried so. */
export const CLI = process.env.PITWALL_TEST_CLI ?? path.join(repositoryRoot, 'dist/cli.js');

export type Finished = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
};

/** The CLI as a process of its own. */
export function spawnCli(
  argv: readonly string[],
  cwd: string,
): { child: ChildProcess; done: Promise<Finished> } {
  const child = spawn(process.execPath, [CLI, ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const done = new Promise<Finished>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, done };
}

export function runCliProcess(argv: readonly string[], cwd: string): Promise<Finished> {
  return spawnCli(argv, cwd).done;
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
