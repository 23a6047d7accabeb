import type { EngineSettings } from '../../domain/targets/target-keys';
import { checkRay } from './check-ray';
import { checkSlurm } from './check-slurm';
import type { TargetCheckOptions, TargetFinding } from './finding';

/** Whether runs can be handed over to a target: each finding as it is known. */
export function checkTarget(
  settings: EngineSettings,
  options: TargetCheckOptions,
): AsyncGenerator<TargetFinding> {
  return settings.kind === 'ray' ? checkRay(settings, options) : checkSlurm(settings, options);
}
