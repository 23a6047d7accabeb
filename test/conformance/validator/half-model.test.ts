import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random';
import { words } from '../../../src/base/words';
import { convertToHalf } from '../../../src/onnx/half-model';
import { describeWithShared, shared } from '../../helpers/shared';

async function run(model: Uint8Array, input: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const [metadata] = session.inputMetadata;
  const shape = metadata.isTensor ? metadata.shape.map(Number) : [];
  const feeds = { [session.inputNames[0]]: new Tensor('float32', input, shape) };
  const output = (await session.run(feeds))[session.outputNames[0]].data as Float32Array;
  const copy = output.slice();
  await session.release();
  return copy;
}

function input(size: number, top: number): Float32Array {
  const random = createRandom(1);
  return Float32Array.from({ length: 3 * size * size }, () => top * random.next());
}

describeWithShared('a float32 model converted to FP16', () => {
  const cases = [
    { file: 'fastestdet.onnx', size: 352, top: 1, tolerance: 0.02 },
    { file: 'yolox_nano.onnx', size: 416, top: 255, tolerance: 0.05 },
  ];
  for (const { file, size, top, tolerance } of cases) {
    it(`${file} is about half as large, and its outputs are those of float32 within FP16's accuracy`, async () => {
      const model = new Uint8Array(readFileSync(shared('data/models', file)));
      const converted = convertToHalf(model);
      expect(converted.kind).toBe('converted');
      if (converted.kind !== 'converted') return;
      expect(converted.model.length).toBeLessThan(0.65 * model.length);
      const image = input(size, top);
      const [single, half] = [await run(model, image), await run(converted.model, image)];
      const worst = single.reduce((most, v, i) => Math.max(most, Math.abs(v - half[i])), 0);
      const scale = single.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      expect(worst).toBeGreaterThan(0);
      expect(worst / scale).toBeLessThan(tolerance);
    });
  }

  it('an int8 model is left as it is, with the reason', () => {
    const converted = convertToHalf(new Uint8Array(readFileSync(shared('data/models/yolov8n_int8.onnx'))));
    expect(converted).toEqual({ kind: 'kept', reason: words('it has no float32 convolution') });
  });
});
