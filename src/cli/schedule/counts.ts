import type { Experiment } from '../../domain/experiment/types';
import { ASSUMED, countForPlan, type PlanCounts } from '../../engine/planning/counts';
import { installedVersion } from '../../engine/planning/installed-version';
import { type CliIo, printLine } from '../io';

export type CountOptions = {
  /** Training images as given. */
  readonly images?: number;
  /** Ultralytics version as given. */
  readonly ultralytics?: string;
};

/**
 * Images and classes of the training split: as given, as counted on disk, or assumed with a warning; for Ultralytics
 * the version whose rule applies: as given, else the installed one.
 */
export async function countDataset(
  io: CliIo,
  experiment: Experiment,
  { images, ultralytics }: CountOptions,
): Promise<PlanCounts> {
  const { assumed, published, ...counts } = await countForPlan(experiment.data, experiment.trainer);
  const notCounted = images === undefined && { ...(assumed && { assumed }), ...(published && { published }) };
  if (assumed !== undefined && images === undefined) {
    const all = ASSUMED.images.toLocaleString('en-US');
    printLine(io.stderr, `warning: ${assumed}; ${all} images (COCO) are assumed, --images N says better`);
  }
  const version = ultralytics ?? (await versionFor(io, experiment));
  return {
    ...counts,
    ...notCounted,
    ...(images !== undefined && { images }),
    ...(version !== undefined && { ultralyticsVersion: version }),
  };
}

async function versionFor(io: CliIo, { trainer }: Experiment): Promise<string | undefined> {
  if (trainer !== 'ultralytics') return undefined;
  const wanted = io.env.PITWALL_PYTHON;
  return installedVersion('ultralytics', { cwd: io.cwd, env: io.env, ...(wanted && { wanted }) });
}
