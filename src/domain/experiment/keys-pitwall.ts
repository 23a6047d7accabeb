import { type KeySpec, ownKey } from './key-spec';

const VALIDATION: readonly KeySpec[] = [
  ownKey({
    key: 'validation.enabled',
    kind: 'bool',
    default: true,
    doc: 'Validate checkpoints beside training. `validation: false` says the same.',
  }),
  ownKey({
    key: 'validation.device',
    kind: 'text',
    default: 'auto',
    doc: 'Where checkpoints are validated: auto, cpu, webgpu, cuda, cuda:N, dml, dml:N or coreml.',
  }),
  ownKey({
    key: 'validation.batch',
    kind: 'int',
    min: 1,
    words: ['auto'],
    default: 'auto',
    unit: 'images',
    doc: 'Images per validation batch.',
  }),
  ownKey({
    key: 'validation.half',
    kind: 'choice',
    choices: ['auto', 'on', 'off'],
    default: 'auto',
    doc: 'FP16: auto uses it if the device has it and a trial run is sound.',
  }),
  ownKey({
    key: 'validation.every',
    kind: 'int',
    min: 1,
    default: 1,
    unit: 'epochs',
    doc: 'Validate each n-th epoch; the last one always.',
  }),
  ownKey({
    key: 'validation.backlog',
    kind: 'choice',
    choices: ['latest', 'all'],
    default: 'latest',
    doc: 'While the validator is behind: only the newest checkpoint, or all in order.',
  }),
  ownKey({
    key: 'validation.engine',
    kind: 'choice',
    choices: ['auto', 'onnx', 'ultralytics'],
    default: 'auto',
    doc: "Who validates a checkpoint: Pitwall through ONNX, or Ultralytics' own val in a second process. auto takes Pitwall, unless torch has CUDA and onnxruntime does not.",
  }),
  ownKey({
    key: 'validation.rule',
    kind: 'choice',
    choices: ['trainer', 'standard'],
    default: 'trainer',
    doc: "What mAP follows. trainer: as the run's trainer validates by itself (its conf, iou, max_det, classes, split and the matching of its version); standard: Ultralytics' defaults (conf 0.001, iou 0.7, max_det 300, all classes), the same for every run.",
  }),
  ownKey({
    key: 'validation.groups',
    kind: 'pattern',
    words: ['auto', 'off', 'name', 'folder'],
    default: 'auto',
    doc: 'Which val images show the same scene, such as frames of a video: intervals and verdicts draw them together. auto: images that look alike; name: those whose names differ in their last number; folder: those of one folder; a regular expression: those of which it matches the same (its first group, if it has one); off: each image by itself.',
  }),
  ownKey({
    key: 'validation.in_loop',
    kind: 'int',
    min: 0,
    default: 0,
    unit: 'epochs',
    trainers: ['ultralytics'],
    doc: "Ultralytics' own validation inside the training loop each n-th epoch, which blocks training; 0: only if `val: true` requests it.",
  }),
];

const KEEPING: readonly KeySpec[] = [
  ownKey({
    key: 'early_stop.enabled',
    kind: 'bool',
    default: true,
    doc: 'Stop a run that no longer improves. `early_stop: false` switches it off.',
  }),
  ownKey({
    key: 'early_stop.metric',
    kind: 'choice',
    choices: ['map', 'map50', 'precision', 'recall', 'loss', 'fitness'],
    default: 'map',
    doc: 'The number that has to improve.',
  }),
  ownKey({
    key: 'early_stop.ema',
    kind: 'number',
    min: 1,
    default: 5,
    unit: 'validated epochs',
    doc: 'Window of the moving average the metric is judged by; 1 judges the raw value.',
  }),
  ownKey({
    key: 'early_stop.patience',
    kind: 'int',
    min: 0,
    default: 100,
    unit: 'epochs',
    doc: 'Epochs without improvement before the run is stopped, counted once warm-up is over and the metric has begun; 0 never stops it.',
  }),
  ownKey({
    key: 'early_stop.min_delta',
    kind: 'number',
    min: 0,
    default: 0,
    doc: 'Only a rise of the metric above this counts.',
  }),
  ownKey({
    key: 'early_stop.min_epochs',
    kind: 'int',
    min: 0,
    default: 0,
    unit: 'epochs',
    doc: 'The run is never stopped before this epoch.',
  }),
  ownKey({
    key: 'early_stop.wait_for_decay',
    kind: 'bool',
    default: true,
    doc: 'Do not stop while most of the LR decay is still to come, or the end of mosaic is within patience: both bring a last gain.',
  }),
  ownKey({
    key: 'checkpoints.every',
    kind: 'int',
    min: 1,
    default: 1,
    unit: 'epochs',
    doc: 'Write a checkpoint each n-th epoch; the last one always.',
  }),
  ownKey({
    key: 'checkpoints.keep_every',
    kind: 'int',
    min: 0,
    default: 0,
    unit: 'epochs',
    doc: "Keep each n-th epoch's checkpoint for good; 0 keeps none for that. For Ultralytics `save_period` says the same, and counts as it does: epochs 1, n + 1, 2n + 1.",
  }),
  ownKey({
    key: 'checkpoints.keep_last',
    kind: 'int',
    min: 1,
    default: 3,
    doc: 'The newest n checkpoints are kept.',
  }),
  ownKey({
    key: 'checkpoints.keep_best',
    kind: 'int',
    min: 0,
    default: 1,
    doc: 'The n best checkpoints by validation are kept.',
  }),
];

const command = { trainers: ['command'] } as const;
const COMMAND: readonly KeySpec[] = [
  ownKey({
    ...command,
    key: 'command.run',
    kind: 'texts',
    default: null,
    doc: 'Program and its arguments, as a list. {run_dir} stands for the run folder. No shell is involved. A Python script that calls `YOLO(...).train()` is watched without being edited.',
  }),
  ownKey({
    ...command,
    key: 'command.cwd',
    kind: 'text',
    default: null,
    doc: 'Folder the program starts in, relative to this file.',
  }),
  ownKey({
    ...command,
    key: 'command.env',
    kind: 'map',
    default: {},
    doc: 'Environment variables that are added.',
  }),
  ownKey({
    ...command,
    key: 'command.reads',
    kind: 'choice',
    choices: ['jsonl', 'csv', 'tensorboard', 'regex'],
    default: 'jsonl',
    doc: 'How its numbers are read: JSON lines, a CSV that grows, TensorBoard files, or expressions over its output.',
  }),
  ownKey({
    ...command,
    key: 'command.path',
    kind: 'text',
    default: null,
    doc: 'The file or folder that is read, relative to the run folder.',
  }),
  ownKey({
    ...command,
    key: 'command.metrics',
    kind: 'map',
    default: {},
    doc: 'Our name of a metric -> its column, tag or regular expression.',
  }),
];

export const PITWALL_KEYS: readonly KeySpec[] = [...VALIDATION, ...KEEPING, ...COMMAND];

/** Blocks that may be switched off as a whole: `early_stop: false`. */
export const BLOCKS: ReadonlyMap<string, string> = new Map([
  ['validation', 'How checkpoints are validated beside training.'],
  ['early_stop', 'When a run that no longer improves is stopped.'],
  ['checkpoints', 'Which checkpoints are written and kept.'],
  ['command', 'The program that trains, for `trainer: command`.'],
]);
