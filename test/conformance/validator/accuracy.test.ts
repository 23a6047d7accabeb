import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startValidator, type ValidatorProcess } from '../../../src/engine/validator-process';
import { describeWithShared, repositoryRoot, shared } from '../../helpers/shared';
import { describeWithSoftwareVulkan } from '../../helpers/software-vulkan';

const installDir = path.join(repositoryRoot, 'dist');
const models = (name: string): string => shared('data/models', name);

async function withValidator<T>(
  use: (validator: ValidatorProcess) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const validator = startValidator({ installDir, env });
  try {
    return await use(validator);
  } finally {
    await validator.stop();
  }
}

describeWithShared('validation of real detectors', () => {
  it('of yolov8n on 100 photos gives the mAP of the OpenCV and NumPy reference', async () => {
    const params = {
      model: models('yolov8n_int8.onnx'),
      data: shared('data/voc100_coco80/data.yaml'),
      imgsz: 640,
    };
    const { report } = await withValidator((validator) => validator.validate(params));
    expect(report).toMatchObject({ images: 100, imgsz: 640, batch: 1, skipped: 0 });
    expect(Math.abs(report.map - 0.6109)).toBeLessThan(0.002);
    expect(Math.abs(report.map50 - 0.8174)).toBeLessThan(0.002);
  });

  describeWithSoftwareVulkan('on WebGPU', ({ env }) => {
    it('fastestdet finds the boxes of the CPU to a twentieth of a pixel', async () => {
      const folder = shared('data/voc100/images/val');
      const images = readdirSync(folder)
        .sort()
        .slice(0, 8)
        .map((name) => path.join(folder, name));
      const params = { model: models('fastestdet.onnx'), images, conf: 0.3 };
      const [cpu, gpu] = await withValidator(
        async (validator) => [
          await validator.predict({ ...params, device: 'cpu' }),
          await validator.predict({ ...params, device: 'webgpu' }),
        ],
        env,
      );
      const boxes = (of: typeof cpu) => of.map((p) => p.boxes.map((b) => [b.x1, b.y1, b.x2, b.y2]));
      expect(gpu.map((p) => p.boxes.map((b) => b.class))).toEqual(
        cpu.map((p) => p.boxes.map((b) => b.class)),
      );
      const [own, other] = [boxes(cpu).flat(2), boxes(gpu).flat(2)];
      expect(own.length).toBeGreaterThan(40);
      expect(Math.max(...own.map((v, i) => Math.abs(v - other[i])))).toBeLessThan(0.05);
      // A software GPU at the lowest priority: seconds an image on an idle machine, half a minute on a busy one.
    }, 900_000);
  });
});
