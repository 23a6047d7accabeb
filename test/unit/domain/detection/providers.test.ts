import { expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { parseDevice, providersOn } from '../../../../src/domain/detection/device';
import { decideHalf } from '../../../../src/domain/detection/half';
import { candidates } from '../../../../src/trainers/builtin/session/devices';
import { sessionOptions } from '../../../../src/validator/session/session-options';

it('each system is asked for the providers that onnxruntime can have there', () => {
  expect(providersOn('darwin')).toEqual(['cpu', 'webgpu', 'coreml']);
  expect(providersOn('win32')).toEqual(['cpu', 'webgpu', 'cuda', 'dml']);
  expect(providersOn('linux')).toEqual(['cpu', 'webgpu', 'cuda']);
});

it('CoreML validates, takes no card number, chooses its own precision, and leaves the rest to the CPU', () => {
  expect(parseDevice('coreml')).toEqual({ provider: 'coreml' });
  expect(parseDevice('coreml:1')).toHaveProperty('template');
  expect(sessionOptions({ provider: 'coreml' }).executionProviders).toEqual(['coreml', 'cpu']);
  const half = decideHalf({ mode: 'auto', provider: 'coreml', software: false, gpu: undefined });
  expect([half.half, inEnglish(half.reason)]).toEqual([false, 'CoreML chooses its own precision']);
});

it('CoreML does not train: a Mac trains on WebGPU, and one without a GPU on the CPU', () => {
  expect(candidates('darwin', false)).toEqual(['webgpu']);
  expect(candidates('darwin', true)).toEqual([]);
  expect(candidates('win32', false)).toEqual(['dml', 'webgpu']);
});
