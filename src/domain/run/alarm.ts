import type { Words } from '../../base/words';

/** What a host offers beside an alarm: each has a button for it, and the terminal a command. */
export const ALARM_ACTIONS = [
  'rewind',
  'stop',
  'stop_after_epoch',
  'pause',
  'set_lr',
  'find_lr',
  'check_environment',
  'open_experiment',
  'open_folder',
  'open_log',
] as const;
export type AlarmAction = (typeof ALARM_ACTIONS)[number];

export type Alarm = {
  readonly rule: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** What is wrong, and the advice. */
  readonly said: Words;
  readonly next?: Words;
  readonly action?: AlarmAction;
  readonly step?: number;
  readonly epoch?: number;
  readonly numbers: Readonly<Record<string, number>>;
};

/** Raises an alarm when a condition begins and not again until it has ended: once per episode. */
export function createEpisode(): (active: boolean, alarm: () => Alarm) => Alarm | undefined {
  let raised = false;
  return (active, alarm) => {
    const begins = active && !raised;
    raised = active;
    return begins ? alarm() : undefined;
  };
}
