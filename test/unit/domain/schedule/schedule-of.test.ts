import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import { scheduleOf } from '../../../../src/domain/schedule/schedule';

const of = (text: string, images: number, options: { strict?: boolean; version?: string } = {}) => {
  const { draft } = parseExperiment(`data: d.yaml\n${text}`, { file: 'x.train.yaml' });
  const counts = { images, classes: 6, ...(options.version && { ultralyticsVersion: options.version }) };
  return scheduleOf(draft, counts, { strict: options.strict });
};
const said = (...args: Parameters<typeof of>) =>
  of(...args).problems.map((p) => `${p.severity} ${p.key}: ${p.message}`);

describe('the schedule of an experiment on a counted dataset', () => {
  it('has ceil(images / batch) steps per epoch', () => {
    const { schedule, problems } = of('epochs: 100\nbatch: 16\nwarmup_epochs: 5', 10_000);
    expect(problems).toEqual([]);
    expect(schedule).toMatchObject({ stepsPerEpoch: 625, steps: 62_500, warmupSteps: 3125 });
    expect(of('batch: 16', 513).schedule.stepsPerEpoch).toBe(33);
  });

  it('counts the share of the set that is used', () => {
    expect(of('batch: 10\nfraction: 0.5', 1000).schedule.stepsPerEpoch).toBe(50);
    const counted = 'trainer: ultralytics\nmodel: a.pt\nbatch: 10\nfraction: 200';
    expect(of(counted, 1000, { version: '8.4.190' }).schedule.stepsPerEpoch).toBe(20);
    const { draft } = parseExperiment('data: d\nbatch: 10\nfraction: 0.5', { file: 'x.train.yaml' });
    const { schedule } = scheduleOf(draft, { images: 500, classes: 1, fractionApplied: true });
    expect(schedule.stepsPerEpoch).toBe(50);
  });

  it('refuses an explicit warm-up longer than the run when a run starts, and warns before', () => {
    const text = 'epochs: 3\nbatch: 8\nwarmup_epochs: 5';
    const message = 'warmup_epochs: 5 warm-up epochs are longer than the run of 3 epochs; expected at most 2';
    expect(said(text, 100, { strict: true })).toEqual([`error ${message}`]);
    expect(said(text, 100)).toEqual([`warning ${message}`]);
  });

  it('cuts a default warm-up to a short run with a remark', () => {
    expect(said('epochs: 2\nbatch: 8', 100, { strict: true })).toEqual([
      'info warmup_epochs: 3 warm-up epochs are shortened to 1: a run of 2 epochs keeps its last for plain training',
    ]);
    expect(said('epochs: 5\nbatch: 8', 100, { strict: true })).toEqual([]);
  });

  it('makes a batch larger than the set one of all its images, as Ultralytics does, and says so', () => {
    for (const trainer of ['', 'trainer: ultralytics\nmodel: a.pt\n'])
      for (const strict of [true, false])
        expect(said(`${trainer}batch: 64`, 40, { strict, version: '8.4.190' })[0]).toBe(
          'warning batch: batch 64 is larger than the training set of 40 images: each step has 40 images',
        );
    expect(said('', 10, { strict: true })[0]).toMatch(/^warning batch: batch 16 is larger/);
    expect(of('batch: 64', 40).schedule.stepsPerEpoch).toBe(1);
  });

  it('lets Ultralytics clip, and says to what', () => {
    const text = 'trainer: ultralytics\nmodel: a.pt\nepochs: 3\nwarmup_epochs: 5';
    expect(said(text, 100, { strict: true, version: '8.4.190' })).toEqual([
      'warning warmup_epochs: 5 warm-up epochs are shortened to 2: a run of 3 epochs keeps its last for plain training',
    ]);
    expect(said(text, 100, { version: '8.4.100' })).toEqual([]);
  });

  it('says what it assumes', () => {
    const text = 'trainer: ultralytics\nmodel: a.pt\nbatch: -1\ntime: 2';
    expect(said(text, 1000)).toEqual([
      'info batch: AutoBatch chooses when training starts; 16 is assumed here',
      'info time: after each epoch the curve is stretched anew to fill 2 hours; epochs is only its start',
      'info trainer: the installed Ultralytics is not known; the rule of 8.4.190 is shown',
    ]);
    expect(said('trainer: command\ncommand: { run: [a] }', 1000)[0]).toMatch(
      /^info trainer: another program trains/,
    );
  });
});
