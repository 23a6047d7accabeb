import { lastOf } from '../experiment/entries';
import { readYaml } from '../experiment/read-yaml';
import { edited, type KeyValue, keyEdit } from '../experiment/set-key';
import type { Experiment } from '../experiment/types';
import { countedInput, type DatasetCounts } from '../schedule/dataset-counts';
import { type EffectiveOptimizer, effectiveSettings } from '../schedule/optimizer';
import { ultralyticsRule } from '../schedule/ultralytics-version';

export type RangeTest = { readonly from: number; readonly to: number; readonly steps: number };

export const DEFAULT_RANGE: RangeTest = { from: 1e-5, to: 1, steps: 128 };

/** Arguments of Ultralytics that would change the length of the test, or judge it. */
const NOT_IN_A_TEST = new Set(['time', 'patience', 'val', 'save_period', 'plots', 'resume']);

/** The experiment as a range test: same model, data and batches, a rising LR, nothing validated or stopped early. */
export function rangeExperiment(experiment: Experiment, test: RangeTest, counts: DatasetCounts): Experiment {
  const { stepsPerEpoch } = countedInput(experiment, counts);
  const { optimizer, momentum } = effectiveOf(experiment, counts);
  return {
    ...experiment,
    epochs: Math.max(1, Math.ceil(test.steps / stepsPerEpoch)),
    schedule: {
      ...experiment.schedule,
      // Of the planned run: a run as short as the test would make `auto` choose another.
      ...{ optimizer, momentum },
      warmup_epochs: 0,
      lr_range: { from: test.from, to: test.to },
    },
    // The test must see the images with which training begins.
    augment: { ...experiment.augment, close_mosaic: 0 },
    validation: { ...experiment.validation, enabled: false },
    early_stop: { ...experiment.early_stop, enabled: false },
    on_divergence: 'stop',
    passthrough: Object.fromEntries(
      Object.entries(experiment.passthrough).filter(([key]) => !NOT_IN_A_TEST.has(key)),
    ),
    explicit: [
      ...new Set([
        ...experiment.explicit.filter((key) => !NOT_IN_A_TEST.has(key)),
        ...['optimizer', 'momentum', 'warmup_epochs', 'close_mosaic'],
      ]),
    ],
  };
}

/** What the file must set so that the suggested LR is used: `auto` would ignore lr0. */
export function rangeSettings(
  experiment: Experiment,
  counts: DatasetCounts,
  lr0: number,
): readonly KeyValue[] {
  const { auto, optimizer, momentum } = effectiveOf(experiment, counts);
  const own = [
    { key: 'optimizer', value: optimizer },
    { key: 'momentum', value: momentum },
    { key: 'warmup_bias_lr', value: 0 },
  ];
  return [{ key: 'lr0', value: lr0 }, ...(auto ? own : [])];
}

/** The text of an experiment file with keys set, and nothing else changed; undefined if it must be edited by hand. */
export function withSettings(text: string, settings: readonly KeyValue[]): string | undefined {
  let result = text;
  for (const setting of settings) {
    const edit = keyEdit(result, lastOf(readYaml(result, '').entries), setting);
    if (edit === undefined) return undefined;
    result = edited(result, edit);
  }
  return result;
}

function effectiveOf(experiment: Experiment, counts: DatasetCounts): EffectiveOptimizer {
  return effectiveSettings(countedInput(experiment, counts), ultralyticsRule(counts.ultralyticsVersion));
}
