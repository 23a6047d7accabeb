// Logs of one JSON object a line. Sources: DETR's main.py and its descendants (log.txt: RF-DETR before 1.6, RT-DETR, D-FINE),
// LibreYOLO 1.6 training/artifacts.py (metrics.jsonl), MMEngine 0.10 hooks/logger_hook.py (vis_data/scalars.json).

import { parseJson, readNumber } from '../../base/json';
import { classifyTag, type TagKind } from './classify-tag';
import type { ForeignRecord } from './record';
import { ScalarTable } from './scalar-table';

type LogLine = Readonly<Record<string, unknown>>;
type LogNumbers = Readonly<Record<string, number>>;

/** A log that is read line by line. `take` gives what is new; the newest step may still grow unless `all` is set. */
export type LogReader = { add(line: LogLine): void; take(all: boolean): ForeignRecord[] };

/** Python writes NaN and Infinity as bare words, which JSON does not have. Undefined if the line is not an object. */
export function parseLine(text: string): LogLine | undefined {
  const value =
    parseJson(text) ?? parseJson(text.replace(/(?<=[[:,]\s*)-?(NaN|Infinity)(?=\s*[\],}])/g, '"$&"'));
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as LogLine)
    : undefined;
}

export const JSON_LOGS = { detr: detrReader, libreyolo: libreReader, mmdetection: mmengineReader };
export type JsonLog = keyof typeof JSON_LOGS;

/** Which program writes such a line; undefined if none that is known. */
export function jsonLogOf(line: LogLine): JsonLog | undefined {
  const has = (key: string): boolean => key in line;
  if (has('epoch') && (has('train_loss') || has('test_coco_eval_bbox'))) return 'detr';
  if (has('epoch') && has('train/loss') && has('validated')) return 'libreyolo';
  return has('step') && !has('type') && (has('data_time') || has('loss')) ? 'mmdetection' : undefined;
}

function numbersOf(line: LogLine): LogNumbers {
  const entries = Object.entries(line).flatMap(([key, value]) => {
    const number = readNumber(value);
    return number === undefined ? [] : [[key, number] as const];
  });
  return Object.fromEntries(entries);
}

type EpochLine = {
  readonly epoch: number;
  readonly seconds?: number | undefined;
  readonly values: LogNumbers;
};

/** One line an epoch counts as one step, as a line of results.csv does: step = epoch - 1. */
function epochReader(read: (line: LogLine) => EpochLine): LogReader {
  let records: ForeignRecord[] = [];
  return {
    add: (line) => {
      const found = read(line);
      if (Number.isInteger(found.epoch) && found.epoch > 0) records.push(...recordsOf(found));
    },
    take: () => {
      const taken = records;
      records = [];
      return taken;
    },
  };
}

function recordsOf({ epoch, seconds, values }: EpochLine): ForeignRecord[] {
  const { loss, lr, metrics } = sortedOut(values);
  return [
    { kind: 'step', step: epoch - 1, epoch, loss, lr, time: undefined },
    { kind: 'epoch', epoch, loss, metrics, ...(seconds !== undefined && { seconds }) },
  ];
}

function sortedOut(values: LogNumbers): Record<'loss' | 'lr' | 'metrics', Record<string, number>> {
  const found = { loss: {}, lr: {}, metrics: {} } as ReturnType<typeof sortedOut>;
  for (const [tag, value] of Object.entries(values)) {
    const kind = classifyTag(tag);
    const place = kind && PLACES[kind.kind];
    if (place === 'loss' && kind?.name.startsWith('val_')) found.metrics[kind.name] = value;
    else if (kind && place) found[place][kind.name] = value;
  }
  return found;
}

const PLACES: Readonly<Record<TagKind['kind'], 'loss' | 'lr' | 'metrics' | undefined>> = {
  loss: 'loss',
  epochLoss: 'loss',
  lr: 'lr',
  metric: 'metrics',
  epoch: undefined,
};

/** Places of COCO's twelve numbers in the list that its evaluation gives. */
const COCO = { 'mAP50-95': 0, mAP50: 1, mAP75: 2, mAR: 8 };
/** Losses of inner layers and without their weights. */
const INNER = /_(\d+|enc|unscaled)$/;

/** Epochs count from 0; `test_` is of the validation split. */
function detrReader(): LogReader {
  return epochReader((line) => {
    const own = Object.entries(numbersOf(line)).filter(([key]) => !INNER.test(key));
    const values = Object.fromEntries(own.map(([key, value]) => [key.replace(/^test_/, 'val_'), value]));
    const coco = {
      ...cocoOf(line.test_coco_eval_masks, 'segm_'),
      ...cocoOf(line.ema_test_coco_eval_bbox, 'ema_'),
      ...cocoOf(line.test_coco_eval_bbox, ''),
    };
    return { epoch: Number(line.epoch) + 1, values: { ...values, ...coco } };
  });
}

function cocoOf(list: unknown, prefix: string): LogNumbers {
  if (!Array.isArray(list)) return {};
  const entries = Object.entries(COCO).map(([name, at]) => [`val/${prefix}${name}`, readNumber(list[at])]);
  return Object.fromEntries(entries.filter(([, value]) => isResult(value)));
}

/** COCO's evaluation says -1 of what the set does not have. */
const isResult = (value: unknown): boolean => typeof value === 'number' && value !== -1;

/** Epochs count from 1; `time` is what the epoch took. Every line is an epoch, validated or not. */
function libreReader(): LogReader {
  return epochReader((line) => {
    const { epoch, time, ...values } = numbersOf(line);
    return { epoch, seconds: time, values };
  });
}

/**
 * Lines of training count steps from 1. A line of validation has the epoch as its step if training counts epochs, else
 * the step, and then validations are numbered.
 */
function mmengineReader(replaces = false): LogReader {
  const table = new ScalarTable({}, replaces);
  let last = 0;
  let countsEpochs = false;
  let validations = 0;
  return {
    add: (line) => {
      const { step, epoch, iter: _, ...values } = numbersOf(line);
      if (!Number.isInteger(step)) return;
      if ('loss' in values || 'lr' in values) {
        countsEpochs ||= Number.isInteger(epoch);
        last = Math.max(0, step - 1);
        table.addRow({ step: last, ...(Number.isInteger(epoch) && { epoch }), values });
        return;
      }
      validations += 1;
      const results = Object.entries(values).filter(([, value]) => isResult(value));
      const ofEpoch = countsEpochs ? step : validations;
      table.addRow({ step: last, epoch: Math.max(1, ofEpoch), values: Object.fromEntries(results) });
    },
    take: (all) => table.take(all),
  };
}
