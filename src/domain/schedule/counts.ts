import type { Problem } from '../../base/problem';
import type { Experiment } from '../experiment/types';
import { roundHalfEven } from './rounding';
import type { ScheduleInput } from './types';
import { NEWEST_KNOWN } from './ultralytics-version';

export type DatasetCounts = {
  /** Images of the training split: of the whole of it, unless `fractionApplied` says that `fraction` is in already. */
  readonly images: number;
  readonly fractionApplied?: boolean;
  readonly classes: number;
  /** Of the installed package, for `trainer: ultralytics`. */
  readonly ultralyticsVersion?: string;
};

/** AutoBatch is only known once training runs; Ultralytics itself falls back to 16. */
const ASSUMED_BATCH = 16;

export function countedInput(experiment: Experiment, counts: DatasetCounts): ScheduleInput {
  const images = Math.max(1, counts.fractionApplied ? counts.images : usedImages(experiment, counts.images));
  const batch = experiment.batch >= 1 ? experiment.batch : ASSUMED_BATCH;
  return {
    ...experiment.schedule,
    rule: experiment.trainer === 'ultralytics' ? 'ultralytics' : 'builtin',
    epochs: experiment.epochs,
    stepsPerEpoch: Math.ceil(images / Math.min(batch, images)),
    batch,
    images,
    classes: experiment.single_cls ? 1 : counts.classes,
    ...(counts.ultralyticsVersion !== undefined && { ultralyticsVersion: counts.ultralyticsVersion }),
  };
}

/** The first round(n * fraction) images; newer Ultralytics takes a count above 1. */
function usedImages(experiment: Experiment, images: number): number {
  const passed = experiment.passthrough.fraction;
  const first = Array.isArray(passed) ? passed[0] : passed;
  if (typeof first === 'number' && first > 1) return Math.min(images, first);
  const share = typeof first === 'number' ? first : experiment.fraction;
  return roundHalfEven(images * share);
}

type Context = { readonly experiment: Experiment; readonly input: ScheduleInput; readonly strict: boolean };

export function countProblems(
  experiment: Experiment,
  input: ScheduleInput,
  strict: boolean,
): readonly Problem[] {
  const context = { experiment, input, strict };
  return [warmupProblem, batchProblem, autoBatchNote, timeNote, versionNote].flatMap(
    (rule) => rule(context) ?? [],
  );
}

function warmupProblem({ experiment, input, strict }: Context): Problem | undefined {
  const asked = input.warmup_epochs;
  const most = Math.max(input.epochs - 1, 0);
  if (asked <= most || asked === 0 || oldFloor(input)) return undefined;
  const longer = asked > input.epochs;
  const explicit = experiment.explicit.includes('warmup_epochs');
  const clipped = `${asked} warm-up epochs are cut to ${most}: a run of ${plural(input.epochs, 'epoch')} keeps its last for plain training`;
  if (!longer || experiment.trainer !== 'builtin') {
    return problem(explicit ? 'warning' : 'info', 'warmup_epochs', clipped, String(most));
  }
  const refused = `${asked} warm-up epochs are longer than the run of ${plural(input.epochs, 'epoch')}; expected at most ${most}`;
  if (!explicit) return problem('info', 'warmup_epochs', clipped, String(most));
  return problem(strict ? 'error' : 'warning', 'warmup_epochs', refused, String(most));
}

// Up to 8.4.102 nothing was cut: warm-up just never ended.
function oldFloor(input: ScheduleInput): boolean {
  if (input.rule === 'builtin') return false;
  const [major, minor, patch] = (input.ultralyticsVersion ?? NEWEST_KNOWN).split('.').map(Number);
  return major * 1e6 + minor * 1e3 + patch < 8_004_103;
}

function batchProblem({ experiment, input, strict }: Context): Problem | undefined {
  const images = input.images ?? 0;
  if (experiment.batch <= images) return undefined;
  const said = `batch ${experiment.batch} is larger than the training set of ${plural(images, 'image')}`;
  const refuses = strict && experiment.trainer === 'builtin' && experiment.explicit.includes('batch');
  const tail = refuses ? `; expected at most ${images}` : `: each step has ${plural(images, 'image')}`;
  return problem(refuses ? 'error' : 'warning', 'batch', said + tail, String(images));
}

function autoBatchNote({ experiment }: Context): Problem | undefined {
  if (experiment.batch >= 1) return undefined;
  return problem('info', 'batch', `AutoBatch chooses when training starts; ${ASSUMED_BATCH} is assumed here`);
}

function timeNote({ experiment }: Context): Problem | undefined {
  const hours = experiment.passthrough.time;
  if (typeof hours !== 'number') return undefined;
  return problem(
    'info',
    'time',
    `after each epoch the curve is stretched anew to fill ${hours} hours; epochs is only its start`,
  );
}

function versionNote({ experiment, input }: Context): Problem | undefined {
  if (experiment.trainer === 'command') {
    return problem(
      'info',
      'trainer',
      'another program trains: this is the plan that the file describes, not what it does',
    );
  }
  if (input.rule === 'builtin' || input.ultralyticsVersion !== undefined) return undefined;
  return problem(
    'info',
    'trainer',
    `the installed Ultralytics is not known; the rule of ${NEWEST_KNOWN} is shown`,
  );
}

function problem(severity: Problem['severity'], key: string, message: string, text?: string): Problem {
  const fix = text === undefined ? undefined : { title: `Set ${key} to ${text}`, text };
  return { severity, key, message, ...(fix && { fix }) };
}

function plural(n: number, word: string): string {
  return `${n.toLocaleString('en-US')} ${word}${n === 1 ? '' : 's'}`;
}
