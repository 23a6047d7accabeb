import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { checkpointRows, checkpointTable } from '../../../../src/protocol/dashboard/checkpoint-rows';
import { headerOf } from '../../../../src/protocol/dashboard/header';
import type { ViewInput } from '../../../../src/protocol/dashboard/input';
import { sectionsOf } from '../../../../src/protocol/dashboard/sections';
import { shownForMs, statusBarOf } from '../../../../src/protocol/dashboard/status-bar';
import { tilesOf } from '../../../../src/protocol/dashboard/tiles';
import type { RunState } from '../../../../src/run/state';
import type { TrainerRule } from '../../../../src/run/trainer-rule';
import { plannedOf, type SyntheticOptions, syntheticState } from '../../../helpers/synthetic-run';

function inputOf(options: SyntheticOptions = {}): ViewInput {
  const state = syntheticState(options);
  const now = (state.run?.created ?? 0) + 60_000;
  return { state, planned: plannedOf(options), presence: undefined, now, t: createTranslate() };
}

const young = { epochs: 10, stepsPerEpoch: 50, steps: 230, warmupEpochs: 2 };

describe('what a page says of a run', () => {
  it('says at one glance how far it is', () => {
    const header = headerOf(inputOf(young));
    expect(header).toMatchObject({
      name: 'pcb-nano-7',
      state: 'running',
      stateLabel: 'Training',
      tone: 'live',
    });
    expect(header.facts).toEqual(['epoch 5 of 10', 'step 229', '30 s left']);
    expect(header.progress).toBeCloseTo(0.46, 6);
    expect(header.actions.map((a) => a.id)).toEqual(['setLr', 'pause', 'stop', 'export']);
  });

  it('says by which rule mAP counts, if it is not the usual one', () => {
    const input = inputOf(young);
    const rule: TrainerRule = {
      ...{ conf: 0.2, iou: 0.7, max_det: 300, single_cls: false, agnostic: false, classes: [0, 1] },
      ...{ split: 'val', fraction: 1, batch: 16, rect: true, matching: 'greedy', tail: 'drop', nms: null },
    };
    const plan = { ...input.state.plan, validation: rule } as RunState['plan'];
    const notes = (state: RunState) => tilesOf({ ...input, state })[0].notes.map(({ text }) => text);
    expect(notes({ ...input.state, plan })).toContain(
      "mAP follows the trainer's own validation: conf 0.2, classes 0, 1",
    );
    expect(notes(input.state).join()).not.toContain('mAP follows');
  });

  it('offers to rewind what has diverged, before to resume into the same trouble', () => {
    const { actions } = headerOf({ ...inputOf(young), presence: { state: 'diverged' } });
    expect(actions.filter(({ primary }) => primary).map(({ id }) => id)).toEqual(['rewind']);
    expect(actions.map(({ id }) => id)).toContain('resume');
  });

  it('offers it as well if the trainer gave up on NaN by itself', () => {
    const input = inputOf(young);
    const failed = { ...input, presence: { state: 'failed' } } as const;
    const idsOf = (state: RunState) => headerOf({ ...failed, state }).actions.map(({ id }) => id);
    expect(idsOf(input.state)).not.toContain('rewind');
    const words = { severity: 'error', message: 'the total loss is NaN', numbers: {} } as const;
    const t = (input.state.hello?.t ?? 0) + 1;
    const alert = { type: 'alert', rule: 'non_finite', t, step: 40, ...words } as const;
    expect(idsOf({ ...input.state, alerts: [alert] })).toContain('rewind');
  });

  it('offers only what the trainer supports', () => {
    const input = inputOf(young);
    const hello = { ...input.state.hello!, knobs: [] };
    expect(headerOf({ ...input, state: { ...input.state, hello } }).actions.map((a) => a.id)).toEqual([
      'stop',
      'export',
    ]);
  });

  it('believes the processes more than the files', () => {
    const presence = { state: 'lost', note: 'trainer and keeper ended without a message' } as const;
    const sections = sectionsOf({ ...inputOf(young), presence }, 50);
    expect(sections.header).toMatchObject({ state: 'lost', tone: 'bad' });
    expect(sections.sentences[0]).toEqual({ text: presence.note, tone: 'bad' });
  });

  it('offers to resume a run that another machine or boot keeps, and nothing that it cannot do', () => {
    const presence = { state: 'running', where: 'elsewhere', note: 'on gpubox, last seen 7 s ago' } as const;
    const { actions } = headerOf({ ...inputOf(young), presence });
    expect(actions.map((a) => a.id)).toEqual(['tryImage', 'compare', 'resume', 'export']);
  });

  it('steers a run that a job of a cluster keeps, whose node sees the same folder', () => {
    const input = inputOf(young);
    const { run } = input.state;
    if (!run) throw new Error('the run is there');
    const state = { ...input.state, run: { ...run, target: 'gpu' } };
    const presence = { state: 'running', where: 'elsewhere', note: 'on node7, last seen 1 s ago' } as const;
    expect(headerOf({ ...input, state, presence }).actions.map((a) => a.id)).toContain('stop');
  });

  it('promises nothing of a run elsewhere whose heartbeat has ceased', () => {
    const presence = { state: 'running', where: 'elsewhere', note: 'on gpubox, last seen 1 h ago' } as const;
    const input = { ...inputOf(young), presence };
    const heartbeat = input.state.status?.heartbeat ?? 0;
    const heard = { ...input, now: heartbeat + 5000 };
    expect(headerOf(heard)).toMatchObject({
      tone: 'live',
      facts: ['epoch 5 of 10', 'step 229', '30 s left'],
    });
    const silent = { ...input, now: heartbeat + 3_600_000 };
    expect(headerOf(silent)).toMatchObject({ tone: 'quiet', facts: ['epoch 5 of 10', 'step 229'] });
    expect(statusBarOf(silent).text).toMatch(/^\$\(remote\) 5\/10 · mAP \.\d+$/);
  });

  it('judges a number wherever one needs judging', () => {
    const [map, loss, lr, validation] = tilesOf(inputOf(young));
    expect(map.label).toBe('mAP50-95, epoch 3');
    expect(map.notes[0].text).toMatch(/over the best · P\(better\)|cannot be told from the best/);
    expect(loss.notes[0].text).toMatch(/^box .* · cls .* · dfl /);
    expect(lr.notes.map((n) => n.text)).toEqual(['as planned']);
    expect(validation.notes.map((n) => n.text)).toEqual([
      expect.stringContaining('WebGPU FP16'),
      'validating epoch 4',
    ]);
  });

  it('says how full the GPU is if the trainer tells', () => {
    const memory = (options: SyntheticOptions) => tilesOf(inputOf({ ...young, ...options }))[4];
    expect(memory({})).toBeUndefined();
    expect(memory({ deviceBytes: 24 * 2 ** 30 })).toMatchObject({
      label: 'GPU memory',
      value: '10.1 GB',
      notes: [{ text: '42 % of 24.0 GB', tone: 'quiet' }],
    });
    const { state, ...input } = inputOf({ ...young, deviceBytes: 24 * 2 ** 30 });
    const hello = { ...state.hello!, deviceBytes: undefined };
    expect(tilesOf({ ...input, state: { ...state, hello } })[4].notes).toEqual([]);
  });

  it('says when the LR is not the planned one', () => {
    const input = inputOf(young);
    const off = { ...plannedOf(young), lrAt: () => 0.5 };
    expect(tilesOf({ ...input, planned: off })[2].notes[0]).toEqual({ text: 'planned 0.5', tone: 'warning' });
  });

  it('lists checkpoints newest first with their verdict and what became of them', () => {
    const rows = checkpointRows(inputOf({ ...young, epochs: 20, steps: 600 }));
    expect(rows[0]).toMatchObject({ epoch: 12, busy: true, verdict: { text: 'validating…' } });
    expect(rows.filter((row) => row.best)).toHaveLength(1);
    expect(rows.at(-1)).toMatchObject({ epoch: 1, verdict: { text: 'first checkpoint' } });
    expect(rows.every((row) => row.kept.text !== '')).toBe(true);
  });

  it('lists of the older checkpoints as many that are kept, and the best however many that are', () => {
    const input = inputOf({ ...young, epochs: 20, steps: 600 });
    const { checkpoints } = input.state;
    const cleaned = new Map(
      [...checkpoints].map(([epoch, c]) => [epoch, { ...c, kept: [1, 2, 4, 7].includes(epoch) }]),
    );
    const state = { ...input.state, checkpoints: cleaned, best: { ...input.state.best!, epoch: 1 } };
    const epochs = (newest: number) => checkpointRows({ ...input, state }, newest).map((row) => row.epoch);
    expect(epochs(4)).toEqual([12, 11, 10, 9, 7, 4, 2, 1]);
    expect(epochs(2)).toEqual([12, 11, 7, 4, 1]);
    expect(epochs(0)).toEqual([1]);
    expect(epochs(20)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    const { older, validated } = checkpointTable({ ...input, state }, 2);
    expect(older).toBe(7);
    expect(validated).toBe(state.validations.size);
  });

  it('tells of divergence with its reason, and how long it took', () => {
    const sections = sectionsOf(inputOf({ ...young, steps: 80, end: 'diverged' }), 50);
    expect(sections.header.stateLabel).toBe('Diverged');
    expect(sections.sentences[0]).toMatchObject({
      tone: 'bad',
      text: expect.stringMatching(/^Diverged at step 79/),
    });
  });

  it('puts changed settings first', () => {
    const [first, ...others] = sectionsOf(inputOf(young), 50).settings;
    expect(first).toMatchObject({ key: 'batch', requested: '32', effective: '16', changed: true });
    expect(others.every((row) => !row.changed)).toBe(true);
  });

  it('is short in the status bar', () => {
    const { text, tooltip } = statusBarOf(inputOf(young));
    expect(text).toMatch(/^\$\(sync~spin\) 5\/10 · mAP \.\d{3} · 30 s$/);
    expect(tooltip).toMatch(/^pcb-nano-7: Training\nmAP50-95 0\.\d+ at epoch 3\./);
  });

  it('stays in the status bar for half an hour after its end, and as long as it goes on', () => {
    const ended = inputOf({ ...young, steps: 80, end: 'completed' });
    const at = ended.state.end?.t ?? 0;
    const status = { ...ended.state.status, heartbeat: at } as typeof ended.state.status;
    const left = (minutes: number): number | undefined =>
      shownForMs({ ...ended, state: { ...ended.state, status }, now: at + minutes * 60_000 });
    expect([left(0), left(29), left(30)]).toEqual([30 * 60_000, 60_000, 0]);
    expect(shownForMs(inputOf(young))).toBeUndefined();
  });

  it('shows the schedule alone before there is a run', () => {
    const state = { ...syntheticState({ steps: 0 }), run: undefined, meta: { title: 'pcb.train.yaml' } };
    const input = { ...inputOf({ ...young, steps: 0 }), state };
    expect(headerOf(input)).toMatchObject({ state: 'preview', actions: [{ id: 'start' }] });
    expect(tilesOf(input).map((tile) => tile.value)).toEqual([
      '500',
      '100',
      expect.any(String),
      expect.any(String),
    ]);
  });
});
