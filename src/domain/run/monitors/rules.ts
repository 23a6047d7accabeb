import type { Alarm } from '../alarm';
import { LR_RULES } from './lr-rule';
import { MACHINE_RULES } from './machine-rules';
import { PACE_RULES } from './pace-rules';
import { createMonitor, type MonitorRule, type Reading } from './rule';
import { VALIDATION_RULES } from './validation-rules';

/** Every monitor beside those of the loss (loss-rules.ts). */
export const MONITOR_RULES: readonly MonitorRule[] = [
  ...VALIDATION_RULES,
  ...LR_RULES,
  ...PACE_RULES,
  ...MACHINE_RULES,
];

/** All of them over one run. */
export function createMonitors(): (reading: Reading) => Alarm[] {
  const monitors = MONITOR_RULES.map(createMonitor);
  return (reading) => monitors.map((monitor) => monitor(reading)).filter((alarm) => alarm !== undefined);
}
