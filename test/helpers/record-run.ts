import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toJsonLine } from '../../src/base/json';
import { type DatasetSplit, loadSplit } from '../../src/dataset/split';
import type { UltralyticsMetrics } from '../../src/domain/evaluation/types';
import { evaluateUltralytics } from '../../src/domain/evaluation/ultralytics/evaluate';
import { parseExperiment } from '../../src/domain/experiment/parse';
import type { RunFile } from '../../src/run/files';
import type { RunEntry } from '../../src/run/state';
import type { Validation } from '../../src/run/validation';
import { detect, detectionsFile } from './synthetic-detections';
import { type SyntheticOptions, syntheticRun } from './synthetic-run';

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
  const { data } = file.experiment.resolved;
  const split = await loadSplit(data, 'val');
  const judged = detect(split, recording.seed ?? 7);
  const best = bestOf(entries);
  const metrics = evaluateUltralytics(judged.truth, judged.detections);
  const scaled = entries.map((entry) => (best ? toMetrics(entry, { best, metrics, split }) : entry));
  writeLog(dir, 'events', scaled);
  writeLog(dir, 'keeper', scaled);
  writeLog(dir, 'validation', scaled);
  writeFileSync(
    path.join(dir, 'status.json'),
    JSON.stringify(statusOf(scaled, recording, best && metrics.map)),
  );
  if (best) writeFileSync(path.join(dir, fileOf(best.epoch)), detectionsFile(split, data, judged));
}

function bestOf(entries: readonly RunEntry[]): { readonly epoch: number; readonly map: number } | undefined {
  let best: { epoch: number; map: number } | undefined;
  for (const { source, value } of entries) {
    if (source === 'keeper' && value.type === 'best') best = { epoch: value.epoch, map: value.map };
  }
  return best;
}

function runFileOf(config: string, recording: Recording, run: RunFile): RunFile {
  const { name, epochs = 50, lr0 = 0.01, warmupEpochs: warmup_epochs = 5 } = recording;
  const text = readFileSync(config, 'utf8');
  const { draft } = parseExperiment(text, { file: path.basename(config) });
  const data = path.resolve(path.dirname(config), draft.data);
  const model = /micro/.test(name) ? 'micro' : draft.model;
  const resolved = { ...draft, model, data, epochs, schedule: { ...draft.schedule, lr0, warmup_epochs } };
  const experiment = { file: config, text, resolved };
  return { ...run, id: `recorded-${name}`, name, experiment, cwd: path.dirname(config) };
}

function statusOf(
  entries: readonly RunEntry[],
  { epochs = 50, steps = 0 }: Recording,
  map?: number,
): unknown {
  const status = entries.find((entry) => entry.source === 'status')?.value;
  const best = bestOf(entries);
  const progress = { attempt: 1, epoch: epochs, epochs, step: steps - 1, totalSteps: steps };
  return best && map !== undefined
    ? { ...status, progress: { ...progress, best: { ...best, map } } }
    : status;
}

function writeLog(
  dir: string,
  source: 'events' | 'keeper' | 'validation',
  entries: readonly RunEntry[],
): void {
  const lines = entries.filter((entry) => entry.source === source).map((entry) => toJsonLine(entry.value));
  writeFileSync(path.join(dir, `${source}.jsonl`), lines.join(''));
}

const fileOf = (epoch: number): string => `validation/epoch-${String(epoch).padStart(4, '0')}.det`;

type Measured = {
  readonly best: { readonly epoch: number; readonly map: number };
  readonly metrics: UltralyticsMetrics;
  readonly split: DatasetSplit;
};

/** The invented curve, scaled so that its best epoch has the numbers that its detections really have. */
function toMetrics(entry: RunEntry, measured: Measured): RunEntry {
  const scale = measured.metrics.map / measured.best.map;
  if (entry.source === 'keeper' && entry.value.type === 'best')
    return { source: 'keeper', value: { ...entry.value, map: entry.value.map * scale } };
  if (entry.source !== 'validation' || entry.value.type !== 'validation') return entry;
  return { source: 'validation', value: validatedOf(entry.value, scale, measured) };
}

function validatedOf(value: Validation, scale: number, { best, metrics, split }: Measured): Validation {
  const share = value.map / best.map;
  const { versusBest } = value;
  return {
    ...value,
    images: split.images.length,
    map: value.map * scale,
    map50: metrics.map50 * share,
    map75: metrics.map75 * share,
    precision: metrics.precision * share ** 0.3,
    recall: metrics.recall * share ** 0.5,
    confidence: metrics.confidence,
    perClass: metrics.perClass.map((c) => ({
      ...c,
      name: split.names[c.class],
      ap: c.ap * share,
      ap50: c.ap50 * share,
    })),
    ...(versusBest ? { versusBest: { ...versusBest, difference: versusBest.difference * scale } } : {}),
    ...(value.epoch === best.epoch ? { det: fileOf(best.epoch) } : {}),
  };
}
