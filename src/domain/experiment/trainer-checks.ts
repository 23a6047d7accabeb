import { fixed, type Problem, worded } from '../../base/problem';
import { nearestName } from '../../base/suggest';
import { type Words, words } from '../../base/words';
import { asking, changeTo, place } from './check-entries';
import { shown } from './describe-value';
import type { KeyEntry } from './entries';
import type { KeySpec } from './key-spec';
import { keySpec } from './key-table';
import { DECIDED_BY_PITWALL } from './keys-ultralytics';
import { isUltralyticsModel, MODEL_SIZES } from './trainer-kind';
import { TRAINERS } from './trainers';
import type { TrainerKind } from './types';

const OWN_DEVICES = 'auto, cpu, webgpu, cuda, cuda:N, dml, dml:N or coreml';

type Entries = ReadonlyMap<string, KeyEntry>;
type EntryRule = (entries: Entries, file: string) => readonly Problem[];

/** Checks for one trainer only: required keys, values that it does not know, keys that it does not use. */
export function checkForTrainer(entries: Entries, trainer: TrainerKind, file: string): readonly Problem[] {
  const rules = [...(RULES[trainer] ?? []), checkValidationDevice, checkEngine(trainer), noteDecided];
  return [...rules.flatMap((rule) => rule(entries, file)), ...noteUnused(entries, trainer)];
}

const CHECK_BATCH = onlyFor(
  'batch',
  isBatch,
  words('expected a whole number of at least 1, -1, or a share of the memory between 0 and 1'),
);

/** What a kind asks of its experiment beside the kinds and bounds of its keys. */
const RULES: Readonly<Partial<Record<TrainerKind, readonly EntryRule[]>>> = {
  builtin: [
    required('data', words('a dataset YAML, such as {0}', 'data.yaml')),
    checkOwnModel,
    onlyFor(
      'optimizer',
      (v) => ['SGD', 'AdamW', 'auto'].includes(String(v)),
      words('the builtin trainer has SGD and AdamW'),
    ),
    CHECK_BATCH,
    onlyFor('fraction', (v) => Number(v) <= 1, words('expected a number above 0 and at most 1')),
    onlyFor('task', (v) => v === 'detect', words('the builtin trainer trains detect')),
    onlyFor('mode', (v) => v === 'train', words('expected {0}', 'train')),
    checkImageSize,
    onlyFor('device', isOwnDevice, words('expected {0}', OWN_DEVICES)),
    noteAuto,
  ],
  ultralytics: [
    required('data', words('a dataset YAML, such as {0}', 'coco8.yaml')),
    required('model', words('a model such as {0}', 'yolo11n.pt')),
    onlyFor('mode', (v) => v === 'train', words('expected {0}', 'train')),
    CHECK_BATCH,
    noteTask,
    noteResume,
  ],
  command: [
    required('command.run', words('the program and its arguments, as a list')),
    checkRun,
    checkReads,
    warnRendezvous,
  ],
};

function required(key: string, what: Words): EntryRule {
  return (entries, file) =>
    (entries.get(key)?.value ?? null) === null
      ? [{ severity: 'error', ...worded(words('missing; expected {0}', what)), file, key }]
      : [];
}

function onlyFor(key: string, accepts: (value: unknown) => boolean, expected: Words): EntryRule {
  return (entries) => {
    const entry = entries.get(key);
    if (entry === undefined || entry.value === null || accepts(entry.value)) return [];
    const said = words('{0}, but got {1}', expected, shown(entry.value));
    return [{ severity: 'error', ...worded(said), ...place(entry) }];
  };
}

function checkOwnModel(entries: Entries): readonly Problem[] {
  const entry = entries.get('model');
  const model = String(entry?.value ?? 'nano');
  const known = MODEL_SIZES.some((size) => size === model);
  if (entry === undefined || known || (looksLikePath(model) && !isUltralyticsModel(model))) return [];
  const meant = nearestName(model, MODEL_SIZES);
  const said = words('expected nano, micro or a checkpoint of an earlier run, but got {0}', shown(model));
  const message = isUltralyticsModel(model)
    ? words('{0}; for this model set trainer: ultralytics', said)
    : asking(said, meant);
  const fix = meant === undefined ? {} : { fix: changeTo(meant) };
  return [{ severity: 'error', ...worded(message), ...place(entry), ...fix }];
}

/** Largest stride of the builtin detector: image sides are multiples of it (a test compares the two). */
export const OWN_STRIDE = 16;

function checkImageSize(entries: Entries): readonly Problem[] {
  const entry = entries.get('imgsz');
  const sizes = [entry?.value ?? OWN_STRIDE].flat().map(Number);
  if (entry === undefined || sizes.every((size) => size % OWN_STRIDE === 0)) return [];
  const text = String(Math.ceil(Math.max(...sizes) / OWN_STRIDE) * OWN_STRIDE);
  const said = words('expected a multiple of {0}, but got {1}', OWN_STRIDE, shown(entry.value));
  return [{ severity: 'error', ...worded(said), ...place(entry), fix: changeTo(text) }];
}

/** A path, or RUN@epoch. */
function looksLikePath(model: string): boolean {
  return /[\\/@.]/.test(model);
}

function isOwnDevice(value: unknown): boolean {
  return /^(auto|cpu|webgpu|coreml|(cuda|dml)(:\d+)?)$/.test(String(value));
}

function checkValidationDevice(entries: Entries): readonly Problem[] {
  return onlyFor('validation.device', isOwnDevice, words('expected {0}', OWN_DEVICES))(entries, '');
}

/** Ultralytics validates only its own checkpoints, and not on devices that only onnxruntime has. */
function checkEngine(trainer: TrainerKind): EntryRule {
  return (entries) => {
    const entry = entries.get('validation.engine');
    if (entry?.value !== 'ultralytics') return [];
    if (!TRAINERS[trainer].isUltralytics)
      return [
        {
          severity: 'error',
          ...worded(words('ultralytics validates only runs with trainer: ultralytics')),
          ...place(entry),
        },
      ];
    const device = entries.get('validation.device');
    if (device === undefined || /^(auto|cpu|cuda(:\d+)?)$/.test(String(device.value))) return [];
    const said = words(
      'expected auto, cpu, cuda or cuda:N for engine: ultralytics, but got {0}',
      shown(device.value),
    );
    return [{ severity: 'error', ...worded(said), ...place(device) }];
  };
}

function isBatch(value: unknown): boolean {
  const batch = Number(value);
  return batch === -1 || (batch > 0 && batch < 1) || (Number.isInteger(batch) && batch >= 1);
}

function noteAuto(entries: Entries): readonly Problem[] {
  const entry = entries.get('optimizer');
  if (entry?.value !== 'auto') return [];
  const said = words('the builtin trainer takes auto as SGD with your lr0');
  return [{ severity: 'info', ...worded(said), ...place(entry) }];
}

function noteTask(entries: Entries): readonly Problem[] {
  const entry = entries.get('task');
  if (entry === undefined || entry.value === 'detect') return [];
  const said = words("task {0}: checkpoints are validated by Ultralytics' own val", shown(entry.value));
  return [{ severity: 'info', ...worded(said), ...place(entry) }];
}

/** The file's own keys hardly count then: the checkpoint's do. */
function noteResume(entries: Entries): readonly Problem[] {
  const entry = entries.get('resume');
  if (entry === undefined || !entry.value) return [];
  const from = entry.value === true ? entries.get('model')?.value : entry.value;
  const said = words(
    'goes on from {0} for the epochs that are left: Ultralytics takes the arguments that it holds, and of this file only what a resume may change',
    shown(from),
  );
  return [{ severity: 'warning', ...worded(said), ...place(entry) }];
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
  const said = words('expected a list of program and arguments such as {0}; no shell reads this line', list);
  const fix = fixed(words('Change to a list'), list);
  return [{ severity: 'error', ...worded(said), ...place(entry), fix }];
}

/** Rank 0 writes the metrics, and asks whether to stop. https://docs.pytorch.org/docs/stable/elastic/run.html */
function warnRendezvous(entries: Entries): readonly Problem[] {
  const entry = entries.get('command.run');
  const run = Array.isArray(entry?.value) ? entry.value.map(String) : [];
  const isTorchrun = run.some((word) => /(^|[\\/])torchrun$|^torch\.distributed\.run$/.test(word));
  const nodes = Number(optionOf(run, 'nnodes')?.split(':').at(-1) ?? 1);
  if (!entry || !isTorchrun || !(nodes > 1) || optionOf(run, 'rdzv-backend') !== 'c10d') return [];
  const said = words(
    'with c10d any of the nodes may get rank 0, whose metrics alone are read: name the nodes with {0}, and start rank 0 here',
    '--node-rank, --master-addr',
  );
  return [{ severity: 'warning', ...worded(said), ...place(entry) }];
}

/** Of `--rdzv-backend c10d`, `--rdzv_backend=c10d`. */
function optionOf(run: readonly string[], name: string): string | undefined {
  const isIt = (word: string): boolean => word.split('=', 1)[0]?.replaceAll('_', '-') === `--${name}`;
  const at = run.findIndex(isIt);
  const word = run[at] ?? '';
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : at === -1 ? undefined : run[at + 1];
}

function checkReads(entries: Entries, file: string): readonly Problem[] {
  const reads = String(entries.get('command.reads')?.value ?? 'jsonl');
  const lacking = (key: string): boolean => (entries.get(key)?.value ?? null) === null;
  const missing = NEEDED[reads]?.filter(lacking) ?? [];
  return missing.map((key) => ({
    severity: 'error',
    ...worded(words('missing; reads: {0} needs it', reads)),
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
    return [{ severity: 'info', ...worded(words('Pitwall decides this: {0}', why)), ...place(entry) }];
  });
}

/** Nothing is dropped silently: a key that this trainer does not use is reported, unless it only repeats its default. */
function noteUnused(entries: Entries, trainer: TrainerKind): readonly Problem[] {
  if (TRAINERS[trainer].isReader) return [];
  return [...entries.values()].flatMap((entry) => {
    const spec = keySpec(entry.key);
    return spec === undefined || spec.trainers.includes(trainer) ? [] : unusedNote(entry, spec, trainer);
  });
}

function unusedNote(entry: KeyEntry, spec: KeySpec, trainer: TrainerKind): readonly Problem[] {
  if (DECIDED_BY_PITWALL.has(entry.key)) return [];
  const isDefault = entry.value === null || JSON.stringify(entry.value) === JSON.stringify(spec.default);
  if (isDefault && !spec.shapesSchedule) return [];
  // Repeating the default changes nothing in the trainer that uses the key either.
  const severity = isDefault ? 'info' : 'warning';
  const said = words('the {0} trainer does not use this', trainer);
  return [{ severity, ...worded(said), ...place(entry) }];
}
