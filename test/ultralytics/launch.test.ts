import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { processesOfRun } from '../../src/engine/process/run-processes';
import { readRunSync } from '../../src/run/folder/read';
import { runCliProcess, spawnCli } from '../helpers/cli';
import { repositoryRoot } from '../helpers/shared';
import { eventsOf, python, until, useWorkshop } from './helpers';

const workshop = useWorkshop({ train: 16, val: 8 });

const packageDir = path.join(repositoryRoot, 'dist/ultralytics');

function runPython(script: string, env: Readonly<Record<string, string>> = {}): string {
  return execFileSync(python, ['-c', script], {
    encoding: 'utf8',
    cwd: workshop.dir,
    env: { ...process.env, PYTHONPATH: packageDir, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A trainer ends if its run.json is gone: the folder was deleted. */
function makeRunFolder(run: string): void {
  mkdirSync(path.join(run, 'control/trainer'), { recursive: true });
  writeFileSync(path.join(run, 'run.json'), '{}');
}

/** What the runner passes to the processes that the library launches: the trainer that theirs is made of. */
const PITWALL_TRAINER = 'ultralytics.models.yolo.detect.train:DetectionTrainer';

const MAKE = `
import json, os, sys
from types import SimpleNamespace
from pitwall_ultralytics.trainers import PitwallDetectionTrainer
from ultralytics.utils.dist import generate_ddp_file
t = PitwallDetectionTrainer(overrides=dict(model="yolov8n.yaml", data="data.yaml", epochs=1, imgsz=64, batch=8, device="cpu", workers=0, plots=False, amp=False, optimizer="SGD", project=os.environ["PITWALL_RUN_DIR"], name="trainer", exist_ok=True))
print("FILE" + generate_ddp_file(t))
`;

describe("Ultralytics' multi-GPU launch, as far as it goes without GPUs", () => {
  it('the relaunch file trains in a fresh interpreter: our class is found and its hooks fire; ranks above 0 are silent', () => {
    const run = path.join(workshop.dir, 'ddp');
    makeRunFolder(run);
    const options = { attempt: 1, in_loop_every: 0, warmup_shape: 'linear', requested: {} };
    const env = { PITWALL_RUN_DIR: run, PITWALL_OPTIONS: JSON.stringify(options), PITWALL_TRAINER };
    const file = /FILE(.*)/.exec(runPython(MAKE, env))?.[1] ?? '';
    expect(readFileSync(file, 'utf8')).toContain('train()');
    // As the launcher starts it, except for the number of processes.
    execFileSync(python, [file], {
      cwd: workshop.dir,
      env: { ...process.env, ...env, PYTHONPATH: packageDir, YOLO_OFFLINE: 'true' },
      stdio: 'ignore',
    });
    const steps = eventsOf(run, 'step').length;
    expect(steps).toBe(2);
    expect(eventsOf(run, 'checkpoint')).toHaveLength(1);
    const silent = `
import os
from pathlib import Path
from types import SimpleNamespace
os.environ["RANK"] = "1"
from pitwall_ultralytics.session import Session
s = Session(SimpleNamespace(), Path(os.environ["PITWALL_RUN_DIR"]), {"attempt": 1, "in_loop_every": 0, "warmup_shape": "linear", "requested": {}})
s._emit("log", level="info", message="from rank 1")
print("leader", s.leader)
`;
    expect(runPython(silent, env)).toContain('leader False');
    expect(eventsOf(run, 'step')).toHaveLength(steps);
    expect(eventsOf(run, 'log')).toHaveLength(0);
  });
});

describe('two ranks on the CPU', () => {
  it('a stop that rank 0 reads ends both at the same batch, in good order, and the end is reported once', async () => {
    const run = path.join(workshop.dir, 'ranks');
    makeRunFolder(run);
    const options = { attempt: 1, in_loop_every: 0, warmup_shape: 'linear', requested: {} };
    const env = { PITWALL_RUN_DIR: run, PITWALL_OPTIONS: JSON.stringify(options), PITWALL_TRAINER };
    const file = /FILE(.*)/.exec(runPython(MAKE.replace('epochs=1', 'epochs=500'), env))?.[1] ?? '';
    // The library joins its processes over a backend of GPUs; here they are joined before it starts.
    const driver = path.join(workshop.dir, 'driver.py');
    // One that ends without leaving the group is at times aborted by gloo's threads.
    const join = 'import runpy, sys\nimport torch.distributed as dist\ndist.init_process_group("gloo")\n';
    const leave = 'finally:\n    dist.is_initialized() and dist.destroy_process_group()\n';
    writeFileSync(driver, `${join}try:\n    runpy.run_path(sys.argv[1], run_name="__main__")\n${leave}`);
    const launcher = ['-m', 'torch.distributed.run', '--nproc_per_node=2', '--standalone', driver, file];
    const child = spawn(python, launcher, {
      cwd: workshop.dir,
      env: { ...process.env, ...env, PYTHONPATH: packageDir, YOLO_OFFLINE: 'true', OMP_NUM_THREADS: '1' },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await until('steps stream', () => eventsOf(run, 'step').length >= 3);
    const request = { id: 'a', t: 1, from: 'test', request: { type: 'stop' } };
    writeFileSync(path.join(run, 'control/trainer/a.json'), JSON.stringify(request));
    expect(await ended).toEqual([0, null]);
    expect(eventsOf(run, 'hello')).toHaveLength(1);
    expect(eventsOf(run, 'control')).toMatchObject([{ id: 'a', ok: true }]);
    expect(eventsOf(run, 'end')).toMatchObject([{ reason: 'stopped' }]);
    const steps = eventsOf(run, 'step').map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i));
  });
});

describe('trainer: command with torchrun', () => {
  it('streams from rank 0 of two processes, and leaves none behind when it is stopped', async () => {
    const script = path.join(workshop.dir, 'loop.py');
    writeFileSync(
      script,
      `
import sys, time
sys.path.insert(0, ${JSON.stringify(path.join(repositoryRoot, 'dist'))})
import torch, torch.distributed as dist
import pitwall_log as log
dist.init_process_group("gloo")
model = torch.nn.parallel.DistributedDataParallel(torch.nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
log.plan(epochs=1000, steps_per_epoch=10)
for step in range(10000):
    loss = model(torch.ones(2, 4)).pow(2).mean()
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    log.step(step, 1 + step // 10, loss=loss.item(), optimizer=optimizer)
    time.sleep(0.05)
`,
    );
    const config = path.join(workshop.dir, 'torchrun.train.yaml');
    const program = [python, '-m', 'torch.distributed.run', '--nproc_per_node=2', '--standalone', script];
    writeFileSync(
      config,
      `trainer: command\ndata: data.yaml\nepochs: 1000\nvalidation: false\ncommand:\n  run: ${JSON.stringify(program)}\n`,
    );
    const { done } = spawnCli(['train', config, '--name', 'torchrun'], workshop.dir);
    const dir = workshop.runDir('torchrun');
    await until('steps stream', () => eventsOf(dir, 'step').length >= 10);
    const { id } = readRunSync(dir);
    expect(processesOfRun(id).length).toBeGreaterThanOrEqual(4);
    const steps = eventsOf(dir, 'step');
    expect(new Set(steps.map(({ step }) => step)).size).toBe(steps.length);
    expect(steps[0].lr).toEqual([0.1]);
    expect((await runCliProcess(['stop', dir], workshop.dir)).code).toBe(0);
    await done;
    await until('every process is gone', () => processesOfRun(id).length === 0);
    expect(eventsOf(dir, 'end').at(-1)).toMatchObject({ reason: 'stopped' });
  });
});

describe('export', () => {
  it('TensorBoard itself opens what a run exports', async () => {
    const out = path.join(workshop.dir, 'exported');
    expect(
      (
        await runCliProcess(
          ['export', workshop.runDir('torchrun'), '--tensorboard', '--out', out],
          workshop.dir,
        )
      ).code,
    ).toBe(0);
    const read = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
e = EventAccumulator(${JSON.stringify(out)}, size_guidance={"scalars": 0}); e.Reload()
print(json.dumps([[s.step, s.value] for s in e.Scalars("loss/total")]))
`;
    const scalars = JSON.parse(runPython(read).trim().split('\n').at(-1) ?? '[]') as [number, number][];
    const steps = eventsOf(workshop.runDir('torchrun'), 'step');
    expect(scalars.map(([step]) => step)).toEqual(steps.map(({ step }) => step));
    expect(scalars[0][1]).toBeCloseTo(steps[0].loss.total, 5);
  });
});
