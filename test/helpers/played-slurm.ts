import { spawn } from 'node:child_process';
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
  /** sbatch refuses, is at a limit, says more than the number, executes a job before it answers, or lets it begin beside it; squeue hangs. */
  set(flag: Flag, on?: boolean): void;
  /** Numbers of the jobs that have begun. */
  begun(): readonly string[];
  /** Every process of a job gets SIGTERM; squeue lists it as before until `answers`. */
  cut(job: string): void;
  /** What was cut is executed once more, as the same job. */
  again(job: string): void;
  /** What squeue said last to who asked. */
  answered(): string;
  /** As twenty seconds later: what squeue said before is forgotten. */
  forgetAnswers(): void;
};

type Flag = 'refuses' | 'full' | 'talks' | 'executes' | 'begins' | 'hangs';

const PLAYED: Readonly<Record<string, string>> = {
  sbatch: [
    'if [ -e "$D/refuses" ]; then echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1; fi',
    'if [ -e "$D/full" ]; then echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1; fi',
    'while case "$1" in -*) true;; *) false;; esac; do',
    '  case "$1" in --comment=*) run=$(echo "$1" | cut -d= -f2);; esac; shift',
    'done',
    '[ -e "$D/executes" ] && bash "$@" >&2',
    'if [ -e "$D/begins" ]; then',
    '  job=$((41 + $(ls "$D/jobs" | grep -c argv)))',
    '  echo "$job|RUNNING|None|gpu|9|N/A|n1|$run" >> "$D/queue"',
    '  for word; do echo "$word"; done > "$D/jobs/$job.argv"',
    '  SLURM_JOB_ID=$job setsid bash "$@" >> "$D/job.log" 2>&1 < /dev/null &',
    '  echo $! > "$D/jobs/$job.pid"; echo $job; exit',
    'fi',
    'echo 41',
    'if [ -e "$D/talks" ]; then echo "Your project has 12 hours left."; fi',
  ].join('\n'),
  squeue: 'if [ -e "$D/hangs" ]; then exec sleep 100; fi\ncat "$D/queue"',
  sacct: 'echo "sacct: error: disabled" >&2; exit 1',
  scancel: ':',
  sinfo: 'if [ "$1" = --version ]; then echo slurm 22.05; else echo "gpu|up|(null)|1"; fi',
};

/** Writes them into `dir`; the state folder of who calls them is `dir`/state. */
export function playSlurm(dir: string): PlayedSlurm {
  const at = (...parts: string[]): string => path.join(dir, ...parts);
  for (const name of ['bin', 'jobs']) mkdirSync(at(name), { recursive: true });
  for (const [name, does] of Object.entries(PLAYED)) {
    writeFileSync(at('bin', name), `#!/bin/sh\nD='${dir}'\necho "${name} $*" >> "$D/calls"\n${does}\n`);
    chmodSync(at('bin', name), 0o755);
  }
  const calls = (): string[] =>
    existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').split('\n').filter(Boolean) : [];
  const answers = (queue: string): void => writeFileSync(at('queue'), queue);
  const kept = (): string[] => {
    const names = readdirSync(at('state/pitwall')).filter((one) => one.startsWith('slurm-'));
    return names.map((name) => at('state/pitwall', name));
  };
  answers('');
  return {
    bin: at('bin'),
    called: (program) => calls().filter((line) => line.startsWith(`${program} `)),
    answers,
    begun: () => readdirSync(at('jobs')).flatMap((name) => name.match(/^(\d+)\.argv$/)?.[1] ?? []),
    cut: (job) => process.kill(-Number(readFileSync(at('jobs', `${job}.pid`), 'utf8')), 'SIGTERM'),
    again(job) {
      const argv = readFileSync(at('jobs', `${job}.argv`), 'utf8')
        .trim()
        .split('\n');
      const env = { ...process.env, SLURM_JOB_ID: job };
      spawn('bash', argv, { detached: true, stdio: 'ignore', env });
    },
    set: (flag, on = true) => (on ? writeFileSync(at(flag), '') : rmSync(at(flag), { force: true })),
    answered: () =>
      kept()
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n'),
    forgetAnswers() {
      for (const file of kept()) rmSync(file, { force: true });
    },
  };
}
