import { simulateTorch, type TorchRun } from '../torch/simulate';
import type { Schedule } from '../types';
import { scheduleOfValues } from './values';

/** A PyTorch scheduler or composition as a schedule; `failure` is what the library would raise, and when. */
export function torchSchedule(run: TorchRun & { readonly unit?: Schedule['unit'] }): {
  readonly schedule: Schedule;
  readonly failure?: { readonly step: number; readonly message: string };
} {
  const { lr, momentum, failure } = simulateTorch(run);
  const schedule = scheduleOfValues(lr, { unit: run.unit ?? 'epoch', momentum });
  return { schedule, ...(failure && { failure }) };
}
