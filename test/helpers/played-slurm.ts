import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The programs of Slurm, played by scripts that note how they were called; a real Slurm is in test/scale. */
export type PlayedSlurm = {
  /** What PATH must begin with. */
  readonly bin: string;
  /** Every call of a program, as `sbatch --parsable ...`. */
  called(program: string): readonly string[];
  /** What squeue prints from now on. */
  answers(queue: string): void;
  /** sbatch refuses, executes a job before it answers, or lets it begin beside it; squeue hangs. */
  set(flag: Flag, on?: boolean): void;
  /** As twenty seconds later: what squeue said before is forgotten. */
  forgetAnswers(): void;
};

type Flag = 'refuses' | 'executes' | 'begins' | 'hangs';

const PLAYED: Readonly<Record<string, string>> = {
  sbatch: [
    'if [ -e "$D/refuses" ]; then echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1; fi',
    'while case "$1" in -*) true;; *) false;; esac; do',
    '  case "$1" in --comment=*) run=$(echo "$1" | cut -d= -f2);; esac; shift',
    'done',
    '[ -e "$D/executes" ] && bash "$@" >&2',
    'if [ -e "$D/begins" ]; then',
    '  echo "41|RUNNING|None|gpu|9|N/A|n1|$run" >> "$D/queue"',
    '  SLURM_JOB_ID=41 setsid bash "$@" >> "$D/job.log" 2>&1 < /dev/null &',
    'fi',
    'echo 41',
  ].join('\n'),
  squeue: 'if [ -e "$D/hangs" ]; then exec sleep 100; fi\ncat "$D/queue"',
  sacct: 'echo "sacct: error: disabled" >&2; exit 1',
  scancel: ':',
  sinfo: 'if [ "$1" = --version ]; then echo slurm 22.05; else echo "gpu|up|(null)|1"; fi',
};

/** Writes them into `dir`; the state folder of who calls them is `dir`/state. */
export function playSlurm(dir: string): PlayedSlurm {
  const at = (...parts: string[]): string => path.join(dir, ...parts);
  mkdirSync(at('bin'), { recursive: true });
  for (const [name, does] of Object.entries(PLAYED)) {
    writeFileSync(at('bin', name), `#!/bin/sh\nD='${dir}'\necho "${name} $*" >> "$D/calls"\n${does}\n`);
    chmodSync(at('bin', name), 0o755);
  }
  const calls = (): string[] =>
    existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').split('\n').filter(Boolean) : [];
  const answers = (queue: string): void => writeFileSync(at('queue'), queue);
  answers('');
  return {
    bin: at('bin'),
    called: (program) => calls().filter((line) => line.startsWith(`${program} `)),
    answers,
    set: (flag, on = true) => (on ? writeFileSync(at(flag), '') : rmSync(at(flag), { force: true })),
    forgetAnswers() {
      const folder = at('state/pitwall');
      for (const name of readdirSync(folder).filter((one) => one.startsWith('slurm-')))
        rmSync(path.join(folder, name));
    },
  };
}
