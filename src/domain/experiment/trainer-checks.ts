import type { Problem } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { place } from './check-entries';
import { shown } from './describe-value';
import type { Entry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec } from './key-table';
import { DECIDED_BY_PITWALL } from './keys-ultralytics';
import { isUltralyticsModel, MODEL_SIZES } from './trainer-kind';
import type { TrainerKind } from './types';

const OWN_DEVICES = 'auto, cpu, webgpu, cuda, cuda:N, dml, dml:N or coreml';

type Entries = ReadonlyMap<string, Entry>;
type Rule = (entries: Entries, file: string) => readonly Problem[];

/** What holds for one trainer only: required keys, values it does not know, keys it does not use. */
export function checkForTrainer(entries: Entries, trainer: TrainerKind, file: string): readonly Problem[] {
  const rules = [...RULES[trainer], checkValidationDevice, checkEngine(trainer), noteDecided];
  return [...rules.flatMap((rule) => rule(entries, file)), ...noteUnused(entries, trainer)];
}

const CHECK_BATCH = onlyFor(
  'batch',
  isBatch,
  'expected a whole number of at least 1, -1, or a share of the memory between 0 and 1',
);

const RULES: Readonly<Record<TrainerKind, readonly Rule[]>> = {
  builtin: [
    required('data', 'a dataset YAML, such as data.yaml'),
    checkOwnModel,
    onlyFor(
      'optimizer',
      (v) => ['SGD', 'AdamW', 'auto'].includes(String(v)),
      'the builtin trainer has SGD and AdamW',
    ),
    CHECK_BATCH,
    onlyFor('fraction', (v) => Number(v) <= 1, 'expected a number above 0 and at most 1'),
    onlyFor('task', (v) => v === 'detect', 'the builtin trainer trains detect'),
    onlyFor('mode', (v) => v === 'train', 'expected train'),
    checkImageSize,
    onlyFor('device', isOwnDevice, `expected ${OWN_DEVICES}`),
    noteAuto,
  ],
  ultralytics: [
    required('data', 'a dataset YAML, such as coco8.yaml'),
    required('model', 'a model such as yolo11n.pt'),
    onlyFor('mode', (v) => v === 'train', 'expected train'),
    CHECK_BATCH,
    noteTask,
  ],
  command: [required('command.run', 'the program and its arguments, as a list'), checkRun, checkReads],
};

function required(key: string, what: string): Rule {
  return (entries, file) =>
    (entries.get(key)?.value ?? null) === null
      ? [{ severity: 'error', message: `missing; expected ${what}`, file, key }]
      : [];
}

function onlyFor(key: string, accepts: (value: unknown) => boolean, expected: string): Rule {
  return (entries) => {
    const entry = entries.get(key);
    if (entry === undefined || entry.value === null || accepts(entry.value)) return [];
    return [{ severity: 'error', message: `${expected}, but got ${shown(entry.value)}`, ...place(entry) }];
  };
}

function checkOwnModel(entries: Entries): readonly Problem[] {
  const entry = entries.get('model');
  const model = String(entry?.value ?? 'nano');
  const known = MODEL_SIZES.some((size) => size === model);
  if (entry === undefined || known || (looksLikePath(model) && !isUltralyticsModel(model))) return [];
  const meant = nearestName(model, MODEL_SIZES);
  const hint = isUltralyticsModel(model)
    ? '; for this model set trainer: ultralytics'
    : meant === undefined
      ? ''
      : `; did you mean ${meant}?`;
  const message = `expected nano, micro or a checkpoint of an earlier run, but got ${shown(model)}${hint}`;
  const fix = meant === undefined ? {} : { fix: { title: `Change to ${meant}`, text: meant } };
  return [{ severity: 'error', message, ...place(entry), ...fix }];
}

/** Largest stride of the builtin detector: image sides are multiples of it (a test holds the two together). */
export const OWN_STRIDE = 16;

function checkImageSize(entries: Entries): readonly Problem[] {
  const entry = entries.get('imgsz');
  const sizes = [entry?.value ?? OWN_STRIDE].flat().map(Number);
  if (entry === undefined || sizes.every((size) => size % OWN_STRIDE === 0)) return [];
  const text = String(Math.ceil(Math.max(...sizes) / OWN_STRIDE) * OWN_STRIDE);
  const message = `expected a multiple of ${OWN_STRIDE}, but got ${shown(entry.value)}`;
  return [{ severity: 'error', message, ...place(entry), fix: { title: `Change to ${text}`, text } }];
}

/** A path, or RUN@epoch. */
function looksLikePath(model: string): boolean {
  return /[\\/@.]/.test(model);
}

function isOwnDevice(value: unknown): boolean {
  return /^(auto|cpu|webgpu|coreml|(cuda|dml)(:\d+)?)$/.test(String(value));
}

function checkValidationDevice(entries: Entries): readonly Problem[] {
  return onlyFor('validation.device', isOwnDevice, `expected ${OWN_DEVICES}`)(entries, '');
}

/** Ultralytics validates its own checkpoints only, and not on devices that only onnxruntime has. */
function checkEngine(trainer: TrainerKind): Rule {
  return (entries) => {
    const entry = entries.get('validation.engine');
    if (entry?.value !== 'ultralytics') return [];
    if (trainer !== 'ultralytics')
      return [
        {
          severity: 'error',
          message: 'ultralytics validates only runs with trainer: ultralytics',
          ...place(entry),
        },
      ];
    const device = entries.get('validation.device');
    if (device === undefined || /^(auto|cpu|cuda(:\d+)?)$/.test(String(device.value))) return [];
    const message = `expected auto, cpu, cuda or cuda:N where engine is ultralytics, but got ${shown(device.value)}`;
    return [{ severity: 'error', message, ...place(device) }];
  };
}

function isBatch(value: unknown): boolean {
  const batch = Number(value);
  return batch === -1 || (batch > 0 && batch < 1) || (Number.isInteger(batch) && batch >= 1);
}

function noteAuto(entries: Entries): readonly Problem[] {
  const entry = entries.get('optimizer');
  if (entry?.value !== 'auto') return [];
  return [
    { severity: 'info', message: 'the builtin trainer takes auto as SGD with your lr0', ...place(entry) },
  ];
}

function noteTask(entries: Entries): readonly Problem[] {
  const entry = entries.get('task');
  if (entry === undefined || entry.value === 'detect') return [];
  const message = `task ${shown(entry.value)} trains, but Pitwall validates detection only`;
  return [{ severity: 'warning', message, ...place(entry) }];
}

/** A program is started without a shell: one text with blanks is most likely a shell line. */
function checkRun(entries: Entries): readonly Problem[] {
  const entry = entries.get('command.run');
  const run = Array.isArray(entry?.value) ? entry.value : [];
  if (entry === undefined || run.length !== 1 || !/\s/.test(String(run[0]))) return [];
  const list = `[${String(run[0])
    .trim()
    .split(/\s+/)
    .map((word) => JSON.stringify(word))
    .join(', ')}]`;
  const message = `expected a list of program and arguments such as ${list}; no shell reads this line`;
  return [{ severity: 'error', message, ...place(entry), fix: { title: 'Change to a list', text: list } }];
}

function checkReads(entries: Entries, file: string): readonly Problem[] {
  const reads = String(entries.get('command.reads')?.value ?? 'jsonl');
  const lacking = (key: string): boolean => (entries.get(key)?.value ?? null) === null;
  const missing = NEEDED[reads]?.filter(lacking) ?? [];
  return missing.map((key) => ({
    severity: 'error',
    message: `missing; reads: ${reads} needs it`,
    file,
    key,
  }));
}

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  csv: ['command.path'],
  tensorboard: ['command.path'],
  regex: ['command.metrics'],
};

function noteDecided(entries: Entries): readonly Problem[] {
  return [...DECIDED_BY_PITWALL].flatMap(([key, why]): Problem[] => {
    const entry = entries.get(key);
    if (entry === undefined || entry.value === null) return [];
    return [{ severity: 'info', message: `Pitwall decides this: ${why}`, ...place(entry) }];
  });
}

/** Nothing is dropped in silence: a key that this trainer does not use is named, unless it only repeats its default. */
function noteUnused(entries: Entries, trainer: TrainerKind): readonly Problem[] {
  if (trainer === 'command') return [];
  return [...entries.values()].flatMap((entry) => {
    const spec = keySpec(entry.key);
    return spec === undefined || spec.trainers.includes(trainer) ? [] : unusedNote(entry, spec, trainer);
  });
}

function unusedNote(entry: Entry, spec: KeySpec, trainer: TrainerKind): readonly Problem[] {
  if (DECIDED_BY_PITWALL.has(entry.key)) return [];
  const isDefault = entry.value === null || JSON.stringify(entry.value) === JSON.stringify(spec.default);
  if (isDefault && !spec.shapesSchedule) return [];
  const severity = spec.shapesSchedule ? 'info' : 'warning';
  return [{ severity, message: `the ${trainer} trainer does not use this`, ...place(entry) }];
}
