/** What a model finds; Ultralytics' names. */
export const TASKS = ['detect', 'segment', 'pose', 'obb', 'classify', 'semantic', 'depth'] as const;
export type Task = (typeof TASKS)[number];

/** Short names of the four numbers of a validation, in the order of the fields map, map50, precision and recall. */
export type MetricNames = readonly [map: string, map50: string, precision: string, recall: string];

const DETECT: MetricNames = ['mAP50-95', 'mAP50', 'P', 'R'];

const NAMES: Readonly<Partial<Record<string, MetricNames>>> = {
  segment: ['mask mAP', 'mask 50', 'mask P', 'mask R'],
  pose: ['pose mAP', 'pose 50', 'pose P', 'pose R'],
  obb: ['obb mAP', 'obb 50', 'obb P', 'obb R'],
  classify: ['top-1', 'top-5', '', ''],
};

/** The output that `map` and its neighbours measure; a task whose reports are older than tasks is detection. */
export function metricNames(task: string | undefined): MetricNames {
  return (task === undefined ? undefined : NAMES[task]) ?? DETECT;
}

/** The first of them in few letters; boxes' if no task is known. */
export const shortMetric = (task: string | undefined): string =>
  metricNames(task) === DETECT ? 'mAP' : metricNames(task)[0];

/** Tasks that Ultralytics' own val judges, in a process beside training; Pitwall's validator reads boxes and classes. */
export const JUDGED_BY_ULTRALYTICS: ReadonlySet<string> = new Set(['segment', 'pose', 'obb']);
/** Tasks whose checkpoints can be validated beside training. */
export const JUDGED: ReadonlySet<string> = new Set(['detect', 'classify', ...JUDGED_BY_ULTRALYTICS]);

const SUFFIX: Readonly<Record<string, Task>> = {
  seg: 'segment',
  pose: 'pose',
  obb: 'obb',
  cls: 'classify',
  sem: 'semantic',
  depth: 'depth',
};

/**
 * The task as far as a configuration states it: by `task`, else by the model's name; undefined if only the file itself
 * knows.
 */
export function taskOf(model: string, task: unknown): Task | undefined {
  const asked = TASKS.find((name) => name === task);
  // args.yaml names the task in any case; a file without a suffix may hold any.
  const suffix = /-(seg|pose|obb|cls|sem|depth)\b[^/\\]*$/.exec(model)?.[1];
  return suffix === undefined ? asked : SUFFIX[suffix];
}
