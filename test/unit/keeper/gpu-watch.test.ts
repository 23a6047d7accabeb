import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FOLDER_VARIABLE, RUN_VARIABLE } from '../../../src/engine/process/run-environment';
import { markOf } from '../../../src/engine/process/run-processes';
import { GpuWatch } from '../../../src/keeper/gpu-watch';
import type { KeeperNote } from '../../../src/keeper/run-journal';
import { Supervisor } from '../../../src/keeper/supervisor';
import { isAlive, stubHangingNvidiaSmi } from '../../helpers/stub-nvidia-smi';
import { until } from '../../helpers/until';
import { wholeRunFile } from '../../helpers/whole-experiment';

type GpuNote = Extract<KeeperNote, { type: 'gpu' }>;
const MIB = 1024 ** 2;

let folder: string;
let notes: GpuNote[];
let supervisor: Supervisor;
let watch: GpuWatch;

/** Prints periods of two cards, and two processes on the first: `own` and another. It ends with its output, as the real one. */
function stub(own: number): void {
  const script = `#!/bin/sh
echo $$ >> "${folder}/pids"
case "$*" in
*compute-apps*) kind=processes ;;
*) kind=cards ;;
esac
n=0
while [ $n -lt 600 ]; do
  if [ $kind = cards ]; then
    echo "t$n, GPU-aaaa, 0, 71000, 81559, 97, 61, 412.35, 700.00, NVIDIA H100" || exit
    echo "t$n, GPU-bbbb, 1, 600, 81559, 0, 30, [N/A], [N/A], NVIDIA H100" || exit
  else
    echo "t$n, GPU-aaaa, ${own}, 60000" || exit
    echo "t$n, GPU-aaaa, 1, 9000" || exit
  fi
  n=$((n + 1))
  sleep 0.1
done
`;
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
}

const pids = (): number[] =>
  existsSync(path.join(folder, 'pids'))
    ? readFileSync(path.join(folder, 'pids'), 'utf8').trim().split('\n').map(Number)
    : [];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-gpu-watch-'));
  notes = [];
  supervisor = new Supervisor(({ error }) => expect.unreachable(error.message));
});
afterEach(() => {
  watch.dispose();
  supervisor.dispose();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function start(): void {
  const run = wholeRunFile({ id: 'gpu-watch-test' });
  const note = (entry: KeeperNote): void => void notes.push(entry as GpuNote);
  watch = new GpuWatch({ run, dir: folder, supervisor, note, seconds: 1 });
  watch.start();
}

describe.skipIf(process.platform !== 'linux')('the cards of a run', () => {
  test("are written with what they do and with the run's own memory apart, by one program each that ends with the keeper", async () => {
    const run = wholeRunFile({ id: 'gpu-watch-test' });
    // A process of the run: it carries its marks.
    const { spawn } = await import('node:child_process');
    const env = { ...process.env, [RUN_VARIABLE]: run.id, [FOLDER_VARIABLE]: markOf(folder, run).folder };
    const own = spawn('sleep', ['1000'], { env, stdio: 'ignore' });
    stub(own.pid ?? 0);
    start();
    await until(() => notes.some(({ cards }) => cards[0].own !== undefined));
    expect(notes.at(-1)?.cards).toEqual([
      {
        ...{ index: 0, name: 'NVIDIA H100', used: 71_000 * MIB, total: 81_559 * MIB, own: 60_000 * MIB },
        ...{ busy: 97, celsius: 61, watts: 412.35, mostWatts: 700 },
      },
      { index: 1, name: 'NVIDIA H100', used: 600 * MIB, total: 81_559 * MIB, own: 0, busy: 0, celsius: 30 },
    ]);
    expect(pids()).toHaveLength(2);
    own.kill();
    watch.dispose();
    await until(() => pids().every((pid) => !isAlive(pid)));
  });

  test('are those of its allocation alone, and its own memory is not guessed', async () => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '1');
    stub(1);
    start();
    await until(() => notes.length > 1);
    expect(notes.at(-1)?.cards).toEqual([
      { index: 1, name: 'NVIDIA H100', used: 600 * MIB, total: 81_559 * MIB, busy: 0, celsius: 30 },
    ]);
  });

  test('are left alone at its end by programs that hang and ignore SIGTERM, too', async () => {
    const hanging = stubHangingNvidiaSmi(folder);
    vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
    try {
      start();
      await until(() => hanging.pids().length === 2);
      watch.dispose();
      await until(() => hanging.pids().every((pid) => !isAlive(pid)));
    } finally {
      hanging.end();
    }
  });

  test('are none without nvidia-smi', () => {
    vi.stubEnv('PATH', folder);
    start();
    expect(notes).toEqual([]);
  });
});
