import { describe, expect, it } from 'vitest';
import { chartCsv } from '../../../src/protocol/export-run';
import { syntheticState } from '../../helpers/synthetic-run';

const state = syntheticState({ steps: 3000 });
const rows = (chart: Parameters<typeof chartCsv>[1]): string[] => [...chartCsv(state, chart)];

describe('the values of a chart', () => {
  it('are those of every step, as they were logged', () => {
    const [head, ...lines] = rows('loss');
    expect(head).toMatch(/^step,epoch,time,loss\/total,/);
    expect(head).not.toContain('lr/');
    expect(lines).toHaveLength(state.steps.step.length);
    const total = state.steps.loss.get('total');
    expect(lines.map((line) => Number(line.split(',')[3]))).toEqual(
      Array.from({ length: lines.length }, (_, i) => total?.at(i)),
    );
  });

  it('are the learning rates of every group, and the speed without both', () => {
    expect(rows('lr')[0]).toMatch(/^step,epoch,time,lr\/weights,/);
    expect(rows('speed')[0]).toMatch(/^step,epoch,time,(?!loss|lr)/);
  });

  it('are those of every validation', () => {
    const [head, ...lines] = rows('map');
    expect(head).toBe(
      'epoch,metrics/precision(B),metrics/recall(B),metrics/mAP50(B),metrics/mAP50-95(B),seconds,validation_seconds\n',
    );
    expect(lines).toHaveLength(state.validations.size);
  });
});
