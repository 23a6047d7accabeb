import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toJsonLine } from '../../src/base/json';
import { createRandom } from '../../src/base/random';
import { loadSplit } from '../../src/dataset/split';
import { parseExperiment } from '../../src/domain/experiment/parse';
import { encodeDetections } from '../../src/protocol/detections-file';
import type { RunFile } from '../../src/protocol/run-files';
import type { RunEntry } from '../../src/protocol/run-state';
import { CLASSES, type SyntheticOptions, syntheticRun } from './synthetic-run';

export type Recording = SyntheticOptions & { readonly name: string; readonly ageMinutes?: number };

/** Writes run folders as trainer and keeper would have left them, with detections on the example's real val images. */
export async function recordRuns(
  config: string,
  runsDir: string,
  recordings: readonly Recording[],
): Promise<void> {
  for (const recording of recordings) await recordRun(config, path.join(runsDir, recording.name), recording);
}

async function recordRun(config: string, dir: string, recording: Recording): Promise<void> {
  const start = Date.now() - (recording.ageMinutes ?? 60) * 60_000;
  const { run, entries } = syntheticRun({ ...recording, start });
  mkdirSync(path.join(dir, 'validation'), { recursive: true });
  const file = runFileOf(config, recording, run);
  writeFileSync(path.join(dir, 'run.json'), JSON.stringify(file));
  const last = lastValidated(entries);
  const validated = entries.map((entry) => withDetections(entry, last));
  writeLog(dir, 'events', entries);
  writeLog(dir, 'keeper', entries);
  writeLog(dir, 'validation', validated);
  const status = entries.find((entry) => entry.source === 'status');
  writeFileSync(path.join(dir, 'status.json'), JSON.stringify(status?.value));
  const { data } = file.experiment.resolved;
  if (last > 0) await writeDetectionsOf(dir, data, { epoch: last, seed: recording.seed ?? 7 });
}

function lastValidated(entries: readonly RunEntry[]): number {
  return Math.max(0, ...entries.flatMap((e) => (e.source === 'validation' ? [e.value.epoch] : [])));
}

function runFileOf(config: string, recording: Recording, run: RunFile): RunFile {
  const { name, epochs = 50, lr0 = 0.01, warmupEpochs: warmup_epochs = 5 } = recording;
  const text = readFileSync(config, 'utf8');
  const { draft } = parseExperiment(text, { file: path.basename(config) });
  const data = path.resolve(path.dirname(config), draft.data);
  const resolved = { ...draft, data, epochs, schedule: { ...draft.schedule, lr0, warmup_epochs } };
  const experiment = { file: config, text, resolved };
  return { ...run, id: `recorded-${name}`, name, experiment, cwd: path.dirname(config) };
}

function writeLog(
  dir: string,
  source: 'events' | 'keeper' | 'validation',
  entries: readonly RunEntry[],
): void {
  const lines = entries.filter((entry) => entry.source === source).map((entry) => toJsonLine(entry.value));
  writeFileSync(path.join(dir, `${source}.jsonl`), lines.join(''));
}

const detectionsFile = (epoch: number): string => `validation/epoch-${String(epoch).padStart(4, '0')}.det`;

function withDetections(entry: RunEntry, epoch: number): RunEntry {
  if (entry.source !== 'validation' || entry.value.type !== 'validation' || entry.value.epoch !== epoch)
    return entry;
  return { source: 'validation', value: { ...entry.value, det: detectionsFile(epoch) } };
}

/** The labels, most of them found a little off, some missed, and a few false alarms. */
async function writeDetectionsOf(
  dir: string,
  data: string,
  { epoch, seed }: { epoch: number; seed: number },
): Promise<void> {
  const split = await loadSplit(data, 'val');
  const random = createRandom(seed);
  const missed = seed % 2 === 0 ? 0.12 : 0.2 - seed / 50;
  const size = 128;
  const truth = { boxes: [] as number[], class: [] as number[], image: [] as number[] };
  const found = {
    boxes: [] as number[],
    scores: [] as number[],
    class: [] as number[],
    image: [] as number[],
  };
  split.images.forEach((image, index) => {
    image.class.forEach((c, i) => {
      const [cx, cy, w, h] = image.boxes.subarray(4 * i, 4 * i + 4).map((v) => v * size);
      const box = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
      truth.boxes.push(...box);
      truth.class.push(c);
      truth.image.push(index);
      if (random.next() < missed) return;
      found.boxes.push(...box.map((v) => v + random.between(-1.5, 1.5)));
      found.scores.push(random.between(0.3, 0.97));
      found.class.push(random.next() < 0.04 ? (c + 1) % CLASSES.length : c);
      found.image.push(index);
    });
    if (random.next() < 0.15) {
      const [x, y] = [random.between(5, 100), random.between(5, 100)];
      found.boxes.push(x, y, x + random.between(6, 20), y + random.between(6, 20));
      found.scores.push(random.between(0.3, 0.6));
      found.class.push(random.below(CLASSES.length));
      found.image.push(index);
    }
  });
  const count = split.images.length;
  const bytes = encodeDetections({
    header: {
      fingerprint: split.fingerprint,
      classes: [...split.names],
      rule: {
        name: 'ultralytics',
        space: 'letterbox',
        imgsz: size,
        conf: 0.001,
        iou: 0.7,
        max_det: 300,
        single_cls: false,
      },
      images: count,
      files: split.images.map((image) =>
        path.relative(path.dirname(data), image.file).split(path.sep).join('/'),
      ),
      sizes: Array.from({ length: 2 * count }, () => size),
      placements: Array.from({ length: count }, () => [1, 1, 0, 0]).flat(),
    },
    detections: {
      boxes: Float32Array.from(found.boxes),
      scores: Float32Array.from(found.scores),
      class: Uint16Array.from(found.class),
      image: Uint32Array.from(found.image),
    },
    truth: {
      boxes: Float32Array.from(truth.boxes),
      class: Uint16Array.from(truth.class),
      image: Uint32Array.from(truth.image),
    },
  });
  writeFileSync(path.join(dir, detectionsFile(epoch)), bytes);
}
