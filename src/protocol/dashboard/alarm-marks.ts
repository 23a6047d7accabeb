import type { RunState } from '../../run/state';
import type { ChartContext } from './chart-context';
import type { ChartId, ChartView } from './types';

export type Alert = RunState['alerts'][number];

/** Alarms whose chart does not follow from where they are: those of a step are about the loss, those of an epoch about mAP. */
const CHARTS: Readonly<Record<string, ChartId>> = {
  lr_off_plan: 'lr',
  throughput_drop: 'speed',
  loader_starving: 'speed',
  gpu_memory: 'speed',
  validation_behind: 'timing',
  validation_failed: 'timing',
};
const MOST = 20;

/** Where alarms began, on the chart that they are about; the sentences above the charts say what they are. */
export function alarmMarks(context: ChartContext, chart: ChartId): ChartView['marks'] {
  if (context.other) return [];
  const shown = context.state.alerts.filter((alert) => alert.severity !== 'info' && chartOf(alert) === chart);
  return shown.slice(-MOST).flatMap((alert) => {
    const step = stepOf(alert, context.state);
    return step === undefined ? [] : [{ x: context.axis.ofStep(step), label: '⚠' }];
  });
}

function chartOf({ rule, step, epoch }: Alert): ChartId | undefined {
  const own = CHARTS[rule];
  if (own) return own;
  if (step !== undefined) return 'loss';
  return epoch === undefined ? undefined : 'map';
}

function stepOf({ step, epoch }: Alert, { checkpoints, epochs }: RunState): number | undefined {
  if (step !== undefined) return step;
  if (epoch === undefined) return undefined;
  return checkpoints.get(epoch)?.step ?? epochs.find((e) => e.epoch === epoch)?.step;
}
