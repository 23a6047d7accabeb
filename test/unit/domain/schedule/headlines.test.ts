import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { styleFor } from '../../../../src/cli/output/style';
import { scheduleLines, scheduleReport } from '../../../../src/cli/schedule/lines';
import { advise } from '../../../../src/domain/advice/advise';
import { inlayHints } from '../../../../src/domain/experiment/editor-hints';
import { parseExperiment } from '../../../../src/domain/experiment/parse';
import type { DatasetCounts } from '../../../../src/domain/schedule/dataset-counts';
import { headlineTexts } from '../../../../src/domain/schedule/headlines';
import { scheduleOf } from '../../../../src/domain/schedule/schedule';
import { mainGroup, rate } from '../../../../src/domain/schedule/summary';
import { scheduleSvg } from '../../../../src/domain/schedule/svg';
import { HOVER_SIZE, LIGHT_COLOURS } from '../../../../src/domain/schedule/svg-frame';
import type { Schedule } from '../../../../src/domain/schedule/types';
import { describePlan } from '../../../../src/extension/editor/describe-curve';
import { previewTiles } from '../../../../src/protocol/dashboard/tiles';
import { createRunState } from '../../../../src/run/reduce';

const t = createTranslate();
const COUNTED: DatasetCounts = { images: 10_000, classes: 6 };
const MADE_UP: DatasetCounts = { images: 118_287, classes: 80, assumed: 'data.yaml does not exist' };

/** Everything that shows a schedule, as its user sees it. */
function shown(text: string, counts: DatasetCounts) {
  const { draft: experiment } = parseExperiment(text, { file: 'a.train.yaml' });
  const { schedule } = scheduleOf(experiment, counts);
  const advice = advise({ experiment, schedule, counts });
  const stream = { columns: 120, isTTY: false, write: () => true } as never;
  const style = styleFor({ env: {} } as never, stream);
  const input = { state: createRunState(), planned: schedule, presence: undefined, now: 0, t };
  return {
    schedule,
    hover: describePlan(schedule, { images: '10,000', version: undefined }, t),
    hints: inlayHints(text, { experiment, schedule, counts }).map((hint) => hint.text),
    picture: scheduleSvg(schedule, { ...HOVER_SIZE, colours: LIGHT_COLOURS, highlight: 'peak', t }),
    preview: Object.fromEntries(previewTiles(input).map((tile) => [tile.id, tile])),
    terminal: scheduleLines(schedule, advice, { stream, style }).join('\n'),
    json: JSON.parse(JSON.stringify(scheduleReport(schedule, advice))),
    advice: advice.map((a) => a.message),
  };
}

/** Every text has the count, and never without its mark. */
function checkMarked(count: number, texts: readonly string[]): void {
  const written = count.toLocaleString('en-US');
  for (const text of texts) {
    expect(text).toContain(`~${written}`);
    expect(text.replaceAll(`~${written}`, '')).not.toMatch(new RegExp(`\\b${written}\\b`));
  }
}

/** The highest LR, step by step. */
function exactPeak(schedule: Schedule): { lr: number; step: number } {
  const group = mainGroup(schedule);
  let best = { lr: schedule.lrAt(0, group), step: 0 };
  for (let step = 1; step < schedule.steps; step++)
    if (schedule.lrAt(step, group) > best.lr) best = { lr: schedule.lrAt(step, group), step };
  return best;
}

const CONFIGS = {
  plain: 'lr0: 0.02\nepochs: 30\nbatch: 16\nwarmup_epochs: 5\ncos_lr: true\nlrf: 0.01',
  'no warm-up': 'lr0: 0.01\nepochs: 10\nbatch: 64\nwarmup_epochs: 0\nlrf: 0.1',
  'warm-up over half the run': 'lr0: 0.01\nepochs: 4\nbatch: 16\nwarmup_epochs: 3\nlrf: 0.01',
  exponential: 'lr0: 0.01\nepochs: 20\nbatch: 32\nwarmup_epochs: 2.5\nwarmup_shape: exponential\nlrf: 0.01',
  constant: 'lr0: 0.01\nepochs: 12\nbatch: 32\nwarmup_epochs: 1\nwarmup_shape: constant\nlrf: 0.5',
  ultralytics:
    'trainer: ultralytics\nmodel: yolov8n.pt\nlr0: 0.01\nepochs: 100\nbatch: 16\nlrf: 0.01\nwarmup_epochs: 3\noptimizer: SGD',
  'one epoch': 'lr0: 0.01\nepochs: 1\nbatch: 16\nwarmup_epochs: 0\nlrf: 0.01',
} as const;

describe('a headline is one number wherever it is shown', () => {
  for (const [name, config] of Object.entries(CONFIGS)) {
    it(name, () => {
      const { schedule, hover, picture, preview, terminal, json } = shown(`data: d.yaml\n${config}`, COUNTED);
      const of = headlineTexts(schedule);
      const peak = exactPeak(schedule);
      expect([of.highestLr, of.highestLrStep]).toEqual([rate(peak.lr), peak.step.toLocaleString('en-US')]);
      expect(hover).toContain(
        `LR ${of.highestLr} at its highest (step ${of.highestLrStep}), ${of.lastLr} at the end.`,
      );
      expect(hover).toContain(`${of.stepsPerEpoch} steps per epoch, ${of.steps} in all`);
      expect(picture).toContain(`peak ${of.highestLr}<`);
      expect([preview.peak.value, preview.final.value]).toEqual([of.highestLr, of.lastLr]);
      expect([preview.steps.value, preview.warmup.value]).toEqual([of.steps, of.warmupSteps]);
      expect(terminal).toContain(`highest ${of.highestLr} at step ${of.highestLrStep}, ends at ${of.lastLr}`);
      expect(terminal).toContain(`${of.stepsPerEpoch} steps per epoch, ${of.steps} steps`);
      expect([rate(json.highestLr), json.highestLrStep, rate(json.lastLr)]).toEqual([
        of.highestLr,
        peak.step,
        of.lastLr,
      ]);
      expect([json.steps, json.warmupSteps]).toEqual([schedule.steps, schedule.warmupSteps]);
      const share = schedule.warmupSteps === 0 ? '' : of.warmupShare;
      for (const text of [hover, terminal, preview.warmup.notes[0]?.text]) expect(text).toContain(share);
    });
  }

  it('in the warning of a warm-up that swallows the run, too', () => {
    const { schedule, advice } = shown(`data: d.yaml\n${CONFIGS['warm-up over half the run']}`, COUNTED);
    expect(advice[0]).toContain(`the LR tops out at ${headlineTexts(schedule).highestLr}`);
  });
});

describe('a number that rests on an assumption', () => {
  for (const [why, config, counts] of [
    ['the images', `data: d.yaml\n${CONFIGS.ultralytics}`, MADE_UP],
    ['the batch', `data: d.yaml\n${CONFIGS.ultralytics.replace('batch: 16', 'batch: -1')}`, COUNTED],
  ] as const) {
    it(`carries its mark everywhere, and no share of the run is given: ${why}`, () => {
      const all = shown(config, counts);
      const { schedule, hover, hints, picture, preview, terminal, json, advice } = all;
      const hint = hints.join();
      const { steps, stepsPerEpoch, warmupSteps } = schedule;
      checkMarked(steps, [hover, hint, picture, preview.steps.value, terminal]);
      checkMarked(stepsPerEpoch, [hover, hint, preview.steps.notes[0].text, terminal]);
      checkMarked(warmupSteps, [hover, hint, preview.warmup.value, terminal]);
      const notes = preview.warmup.notes.map((note) => note.text);
      expect([hover, hint, picture, ...notes, terminal].join()).not.toMatch(/\d %/);
      expect(json.warmupShare).toBeUndefined();
      expect(json.assumed).toHaveLength(1);
      expect(terminal).toContain(`~ ${json.assumed[0]}`);
      expect(advice.join()).not.toMatch(/warm-up steps/);
    });
  }

  it('has no mark once it was counted', () => {
    const { hover, terminal, hints, json } = shown(`data: d.yaml\n${CONFIGS.plain}`, COUNTED);
    expect([hover, terminal, ...hints].join()).not.toContain('~');
    expect(json.assumed).toBeUndefined();
  });
});
