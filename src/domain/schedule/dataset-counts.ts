import { fixed, type Problem, worded } from '../../base/problem';
import { type Words, words } from '../../base/words';
import { formatCount } from '../display/format';
import { TRAINERS } from '../experiment/trainers';
import type { Experiment } from '../experiment/types';
import { roundHalfEven } from './rounding';
import type { ScheduleInput } from './types';
import { isBefore, NEWEST_KNOWN } from './ultralytics-version';

export type DatasetCounts = {
  /** Images of the training split: of all of it, unless `fractionApplied` says that `fraction` is already applied. */
  readonly images: number;
  readonly fractionApplied?: boolean;
  readonly classes: number;
  /** Why they could not be counted; the numbers are then not those of this dataset. */
  readonly assumed?: string;
  /** There is no dataset file of that name; `nearest`: an existing one that may be meant, as it would be written. */
  readonly missing?: { readonly nearest?: string };
  /** The known data set whose published counts these are. */
  readonly published?: string;
  /** Of the installed package, for `trainer: ultralytics`. */
  readonly ultralyticsVersion?: string;
};

/** AutoBatch is known only after training has started; Ultralytics itself falls back to 16. */
const ASSUMED_BATCH = 16;

export function countedInput(experiment: Experiment, counts: DatasetCounts): ScheduleInput {
  const images = Math.max(1, counts.fractionApplied ? counts.images : usedImages(experiment, counts.images));
  const batch = experiment.batch >= 1 ? experiment.batch : ASSUMED_BATCH;
  return {
    ...experiment.schedule,
    rule: TRAINERS[experiment.trainer].isUltralytics ? 'ultralytics' : 'builtin',
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

/** What the length of a run depends on besides its file and its data. */
export function assumptionsOf(experiment: Experiment, counts: DatasetCounts): readonly Words[] {
  const batch = words('AutoBatch chooses when training starts; {0} is assumed here', ASSUMED_BATCH);
  return [
    ...(counts.assumed === undefined ? [] : [assumedImages(counts.assumed, counts.images)]),
    ...(experiment.batch >= 1 ? [] : [batch]),
  ];
}

function assumedImages(why: string, count: number): Words {
  return words(
    'the dataset could not be counted ({0}): {1} images, as many as COCO has, are assumed',
    ...[why, formatCount(count)],
  );
}

type CountContext = {
  readonly experiment: Experiment;
  readonly counts: DatasetCounts;
  readonly input: ScheduleInput;
  readonly strict: boolean;
};

export function countProblems(
  experiment: Experiment,
  counts: DatasetCounts,
  strict: boolean,
): readonly Problem[] {
  const context = { experiment, counts, input: countedInput(experiment, counts), strict };
  return [warmupProblem, batchProblem, autoBatchNote, timeNote, versionNote].flatMap(
    (rule) => rule(context) ?? [],
  );
}

function warmupProblem({ experiment, input, strict }: CountContext): Problem | undefined {
  const asked = input.warmup_epochs;
  const most = Math.max(input.epochs - 1, 0);
  if (asked <= most || asked === 0 || oldFloor(input)) return undefined;
  const longer = asked > input.epochs;
  const explicit = experiment.explicit.includes('warmup_epochs');
  const clipped = words(
    '{0} warm-up epochs are shortened to {1}: a run of {2} keeps its last for plain training',
    ...[asked, most, epochs(input.epochs)],
  );
  if (!longer || !TRAINERS[experiment.trainer].isOwn) {
    return problem(explicit ? 'warning' : 'info', 'warmup_epochs', clipped, String(most));
  }
  const refused = words(
    '{0} warm-up epochs are longer than the run of {1}; expected at most {2}',
    ...[asked, epochs(input.epochs), most],
  );
  if (!explicit) return problem('info', 'warmup_epochs', clipped, String(most));
  return problem(strict ? 'error' : 'warning', 'warmup_epochs', refused, String(most));
}

// Up to 8.4.102 nothing was shortened: the warm-up just never ended.
function oldFloor(input: ScheduleInput): boolean {
  return input.rule !== 'builtin' && isBefore(input.ultralyticsVersion ?? NEWEST_KNOWN, '8.4.103');
}

/** As Ultralytics does it: a batch of more images than there are is one of all of them. */
function batchProblem({ experiment, counts, input }: CountContext): Problem | undefined {
  const count = input.images ?? 0;
  if (experiment.batch <= count || counts.assumed !== undefined) return undefined;
  const said = words('batch {0} is larger than the training set of {1}', experiment.batch, images(count));
  return problem('warning', 'batch', words('{0}: each step has {1}', said, images(count)), String(count));
}

function autoBatchNote({ experiment }: CountContext): Problem | undefined {
  if (experiment.batch >= 1) return undefined;
  const said = words('AutoBatch chooses when training starts; {0} is assumed here', ASSUMED_BATCH);
  return problem('info', 'batch', said);
}

function timeNote({ experiment }: CountContext): Problem | undefined {
  const hours = experiment.passthrough.time;
  if (typeof hours !== 'number') return undefined;
  return problem(
    'info',
    'time',
    words('after each epoch the curve is stretched anew to fill {0} hours; epochs is only its start', hours),
  );
}

function versionNote({ experiment, input }: CountContext): Problem | undefined {
  if (TRAINERS[experiment.trainer].isReader) {
    return problem(
      'info',
      'trainer',
      words('another program trains: this is the plan that the file describes, not what it does'),
    );
  }
  const { rule, ultralyticsVersion: version } = input;
  if (rule === 'builtin') return undefined;
  if (version === undefined) {
    const said = words('the installed Ultralytics is not known; the rule of {0} is shown', NEWEST_KNOWN);
    return problem('info', 'trainer', said);
  }
  if (!isBefore(NEWEST_KNOWN, version)) return undefined;
  const said = words(
    'Ultralytics {0} is newer than {1}, whose rule is shown: it may differ',
    version,
    NEWEST_KNOWN,
  );
  return problem('info', 'trainer', said);
}

function problem(severity: Problem['severity'], key: string, said: Words, text?: string): Problem {
  const fix = text === undefined ? undefined : fixed(words('Set {0} to {1}', key, text), text);
  return { severity, key, ...worded(said), ...(fix && { fix }) };
}

function epochs(n: number): Words {
  return n === 1 ? words('1 epoch') : words('{0} epochs', formatCount(n));
}

function images(n: number): Words {
  return n === 1 ? words('1 image') : words('{0} images', formatCount(n));
}
