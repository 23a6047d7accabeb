import { expect, it } from 'vitest';
import { metricNames, taskOf } from '../../../../src/domain/run/task';

it('a task is what the configuration says, else what the name of the model says', () => {
  expect(taskOf('yolov8n-seg.yaml', undefined)).toBe('segment');
  expect(taskOf('models/yolo11m-pose.pt', 'detect')).toBe('pose');
  expect(taskOf('yolo11x-cls-resnet18.yaml', undefined)).toBe('classify');
  expect(taskOf('runs/best.pt', 'obb')).toBe('obb');
  expect(taskOf('runs/best.pt', undefined)).toBeUndefined();
  expect(taskOf('my-segments/best.pt', undefined)).toBeUndefined();
});

it('numbers are named after what they are of', () => {
  expect(metricNames(undefined)).toEqual(metricNames('detect'));
  expect(metricNames('segment')[0]).toBe('mask mAP');
  expect(metricNames('classify').slice(0, 2)).toEqual(['top-1', 'top-5']);
});
