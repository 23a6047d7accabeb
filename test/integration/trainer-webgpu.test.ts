import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeExample } from '../../src/dataset/example/write-example';
import { describeWithSoftwareVulkan } from '../helpers/software-vulkan';
import { createTrainerRun, eventsOf } from '../helpers/trainer-run';

/** Three steps, the smallest run that has a checkpoint. */
const CONFIG = `
trainer: builtin
model: nano
data: data.yaml
epochs: 1
batch: 4
imgsz: 64
lr0: 0.01
warmup_epochs: 0
clip_grad: 10
`;
const TOLERANCE = 1e-3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pitwall-webgpu-'));
  await writeExample(folder, { train: 12, val: 4 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeWithSoftwareVulkan('the builtin trainer on WebGPU', ({ env }) => {
  const lossesOn = async (device: string) => {
    const run = await createTrainerRun(folder, device, `${CONFIG}device: ${device}\n`);
    const { code, stderr } = await run.start(1, env).ended;
    expect(code, stderr).toBe(0);
    const events = await run.events();
    expect(eventsOf(events, 'checkpoint')).toHaveLength(1);
    return eventsOf(events, 'step').map(({ loss, grad }) => ({ ...loss, grad }));
  };

  it('has the losses of the CPU, and reads its weights back for a checkpoint', async () => {
    const cpu = await lossesOn('cpu');
    const gpu = await lossesOn('webgpu');
    expect(cpu).toHaveLength(3);
    expect(gpu).toHaveLength(3);
    for (const [step, wanted] of cpu.entries()) {
      for (const [name, value] of Object.entries(wanted)) {
        const actual = Number((gpu[step] as Record<string, unknown>)[name]);
        expect(Math.abs(actual - Number(value)) / Number(value), `${name} of step ${step}`).toBeLessThan(
          TOLERANCE,
        );
      }
    }
  });
});
