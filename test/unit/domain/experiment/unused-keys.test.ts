import { describe, expect, it } from 'vitest';
import { advise } from '../../../../src/domain/advice/advise';
import { explain } from '../../../../src/domain/detection/runtime-errors';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { scheduleOf } from '../../../../src/domain/schedule/schedule';
import { englishOf } from '../../../helpers/english-of';

const problemsOf = (line: string, file = 'a.train.yaml') =>
  parseExperiment(`trainer: builtin\nmodel: nano\ndata: d.yaml\n${line}\n`, { file }).problems;

describe('a key that the builtin trainer does nothing with', () => {
  it('is a warning if its value would have changed something', () => {
    for (const line of ['nbs: 128', 'dfl: 2', 'resume: true'])
      expect(problemsOf(line).map((p) => [p.severity, p.key])).toEqual([['warning', line.split(':')[0]]]);
  });

  it('is not worth a warning if it repeats the default', () => {
    for (const line of ['nbs: 64', 'dfl: 1.5', 'resume: false'])
      expect(problemsOf(line).filter((p) => p.severity !== 'info')).toEqual([]);
  });

  it('is not among those that stand for one of ours', () => {
    const { draft } = parseExperiment('data: d.yaml\nhalf: true\nsave_period: 5\n', { file: 'a.train.yaml' });
    expect([draft.validation.half, draft.checkpoints.every]).toEqual(['on', 5]);
  });
});

describe('a last batch of two images', () => {
  it('is worth a word only if the trainer does not fill it up', () => {
    const rules = (trainer: string, model: string): string[] => {
      const text = `trainer: ${trainer}\nmodel: ${model}\ndata: d.yaml\nbatch: 16`;
      const { draft: experiment } = parseExperiment(text, { file: 'a.train.yaml' });
      const counts = { images: 514, classes: 2 };
      const { schedule } = scheduleOf(experiment, counts);
      return advise({ experiment, schedule, counts }).map((a) => a.rule);
    };
    expect(rules('ultralytics', 'yolov8n.pt')).toContain('last-batch');
    expect(rules('builtin', 'nano')).not.toContain('last-batch');
  });
});

describe('what WebGPU says without a GPU', () => {
  it('is described in our words, for training as for validation', () => {
    const said =
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n';
    expect(englishOf(explain(said))).toBe('no GPU with a Vulkan, Metal or Direct3D 12 driver');
  });
});
