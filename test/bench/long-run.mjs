// A run folder of a million steps, as a trainer of this format would have left it. It is this user's own: what is read of
// others' runs is not kept in a cache beside them.
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { loadTypeScript } from '../e2e/load-typescript.mjs';

const PER_EPOCH = 625;
const WHOLE_RUN = path.join(import.meta.dirname, '../fixtures/runs/9508bab/old/run.json');

export async function writeLongRun(dir, steps) {
  mkdirSync(dir, { recursive: true });
  const whole = JSON.parse(readFileSync(WHOLE_RUN, 'utf8')).experiment.resolved;
  const resolved = { ...whole, epochs: steps / PER_EPOCH };
  const machine = { host: 'bench', platform: '', cpus: 1, memoryBytes: 0, node: '' };
  const name = path.basename(dir);
  const experiment = { file: 'bench', text: '', resolved };
  const run = { format: 1, id: 'bench', name, created: 0, experiment, cwd: dir, machine, pitwall: '0' };
  writeFileSync(path.join(dir, 'run.json'), JSON.stringify(run));
  const fd = openSync(path.join(dir, 'events.jsonl'), 'w');
  const write = (...events) => writeSync(fd, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const groups = ['weights', 'norm', 'bias'];
  write({ type: 'hello', t: 0, trainer: 'builtin', pid: 1, attempt: 1, fromStep: 0, groups, knobs: [] });
  for (let first = 0; first < steps; first += PER_EPOCH) {
    const epoch = first / PER_EPOCH + 1;
    const events = Array.from({ length: PER_EPOCH }, (_, i) => stepEvent(first + i, epoch, steps));
    const bytes = 400_000;
    const checkpoint = `checkpoints/epoch-${String(epoch).padStart(4, '0')}`;
    write(...events, { type: 'checkpoint', t: first, path: checkpoint, epoch, step: first, bytes });
  }
  write({ type: 'end', t: steps, reason: 'completed', step: steps - 1 });
  closeSync(fd);
  const { signRun } = await loadTypeScript('src/run/folder/signature.ts');
  await signRun(dir);
}

/** Numbers as long as a real trainer's: float32 losses, float64 rates. */
function stepEvent(step, epoch, steps) {
  const lr = 0.01 * Math.cos(step / steps);
  const loss = () => Math.fround(Math.random());
  return {
    type: 'step',
    t: 1795462299604 + step * 60,
    step,
    epoch,
    lr: [lr, lr, 10 * lr],
    loss: { total: loss(), box: loss(), cls: loss(), dfl: loss() },
    ips: 100 * Math.random(),
    grad: loss(),
  };
}
