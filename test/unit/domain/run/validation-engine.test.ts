import { expect, test } from 'vitest';
import { words } from '../../../../src/base/words';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { engineByFacts, engineBySettings } from '../../../../src/domain/run/validation-engine';

function settled(text: string) {
  const { experiment } = parseExperiment(text, { file: 'a.train.yaml' });
  return engineBySettings(experiment!)?.engine;
}

const OWN = 'trainer: ultralytics\nmodel: yolov8n.yaml\ndata: d.yaml\n';

test('settings decide who validates if they can, else the machine does', () => {
  expect(settled('trainer: builtin\ndata: d.yaml\n')).toBe('onnx');
  expect(settled(`${OWN}validation: { engine: ultralytics }\n`)).toBe('ultralytics');
  expect(settled(`${OWN}validation: { engine: onnx }\n`)).toBe('onnx');
  expect(settled(`${OWN}validation: { device: cpu }\n`)).toBe('onnx');
  expect(settled(`${OWN}validation: { device: webgpu }\n`)).toBe('onnx');
  expect(settled(OWN)).toBeUndefined();
  expect(settled(`${OWN}validation: { device: 'cuda:1' }\n`)).toBeUndefined();
});

test('Ultralytics validates by itself only if torch alone reaches the GPU, or nothing can be exported', () => {
  const facts = { torchCuda: true, onnxPackage: true, onnxruntimeCuda: true };
  expect(engineByFacts(facts).engine).toBe('onnx');
  expect(engineByFacts({ ...facts, onnxruntimeCuda: false })).toEqual({
    engine: 'ultralytics',
    said: words('torch has CUDA here and onnxruntime does not'),
  });
  expect(engineByFacts({ ...facts, torchCuda: false, onnxruntimeCuda: false }).engine).toBe('onnx');
  expect(engineByFacts({ ...facts, onnxPackage: false }).engine).toBe('ultralytics');
});

test('an engine that cannot be is refused in one line', () => {
  const problems = (text: string) =>
    parseExperiment(text, { file: 'a.train.yaml' }).problems.filter((p) => p.severity === 'error');
  expect(problems('data: d.yaml\nvalidation: { engine: ultralytics }\n')).toMatchObject([
    { key: 'validation.engine', message: 'ultralytics validates only runs with trainer: ultralytics' },
  ]);
  expect(problems(`${OWN}validation: { engine: ultralytics, device: webgpu }\n`)).toMatchObject([
    { key: 'validation.device', message: expect.stringContaining('expected auto, cpu, cuda or cuda:N') },
  ]);
  expect(problems(`${OWN}validation: { engine: ultralytics, device: 'cuda:1' }\n`)).toEqual([]);
});
