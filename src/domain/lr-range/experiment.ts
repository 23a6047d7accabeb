import type { Experiment } from '../experiment/types';

export type RangeTest = { readonly from: number; readonly to: number; readonly steps: number };

export const DEFAULT_RANGE: RangeTest = { from: 1e-5, to: 1, steps: 128 };

/** The experiment as a range test: same model, data and batches, a rising LR, nothing validated, kept or stopped early. */
export function rangeExperiment(experiment: Experiment, test: RangeTest, stepsPerEpoch: number): Experiment {
  const epochs = Math.max(1, Math.ceil(test.steps / stepsPerEpoch));
  return {
    ...experiment,
    epochs,
    schedule: { ...experiment.schedule, warmup_epochs: 0, lr_range: { from: test.from, to: test.to } },
    validation: { ...experiment.validation, enabled: false },
    early_stop: { ...experiment.early_stop, enabled: false },
    on_divergence: 'stop',
  };
}

/** The text of an experiment file with lr0 set: its value replaced where it stands, else a line added. */
export function withLr0(text: string, lr0: number): string {
  const line = /^(lr0[ \t]*:[ \t]*)([^\s#]+)/m;
  if (line.test(text)) return text.replace(line, `$1${lr0}`);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}lr0: ${lr0}\n`;
}
