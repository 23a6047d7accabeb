import { PUBLISHED_SOURCE } from '../../domain/dataset/published';
import { formatCount } from '../../domain/display/format';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { Experiment } from '../../domain/experiment/types';
import { countForPlan, type PlanCounts } from '../../engine/planning/count-for-plan';
import { installedVersion } from '../../engine/planning/installed-version';
import { type CliIo, printLine } from '../io';

export type CountOptions = {
  /** Training images as given. */
  readonly images?: number;
  /** Ultralytics version as given. */
  readonly ultralytics?: string;
  /** The config, if it is only viewed. */
  readonly near?: string;
};

/**
 * Images and classes of the training split: as given, as counted on disk, or assumed with a warning; for Ultralytics
 * the version whose rule applies: as given, else the installed one.
 */
export async function countDataset(
  io: CliIo,
  experiment: Experiment,
  { images, ultralytics, near }: CountOptions,
): Promise<PlanCounts> {
  const found = await countForPlan(experiment.data, experiment.trainer, near);
  const { assumed, published, ...counted } = found;
  const counts = images === undefined ? found : { ...counted, images };
  for (const line of notesOn(counts)) printLine(io.stderr, line);
  const version = ultralytics ?? (await versionFor(io, experiment));
  return { ...counts, ...(version !== undefined && { ultralyticsVersion: version }) };
}

/** What the counts rest on if they are not of files on this disk. */
function notesOn({ images, missing, assumed, published }: PlanCounts): string[] {
  const said = formatCount(images);
  if (published !== undefined)
    return [`note: the images are not on this disk: ${published} has ${said}, says ${PUBLISHED_SOURCE}`];
  if (assumed === undefined) return [];
  const meant = missing?.nearest === undefined ? '' : `, did you mean ${missing.nearest}?`;
  return [`warning: ${assumed}${meant}; ${said} images (COCO) are assumed, --images N says better`];
}

async function versionFor(io: CliIo, { trainer }: Experiment): Promise<string | undefined> {
  if (!TRAINERS[trainer].isUltralytics) return undefined;
  const wanted = io.env.PITWALL_PYTHON;
  return installedVersion('ultralytics', { cwd: io.cwd, env: io.env, ...(wanted && { wanted }) });
}
