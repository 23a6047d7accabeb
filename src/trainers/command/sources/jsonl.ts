import * as z from 'zod';
import { type Words, words } from '../../../base/words';
import { parseLine } from '../../../domain/foreign/json-logs';
import { type ForeignRecord, unexpected, wholeFrom } from '../../../domain/foreign/record';
import { zNumber } from '../../../run/schema';
import { AppendedLines } from './appended-file';
import type { Source } from './source';

const numbers = z.record(z.string(), zNumber).default({});
const zLine = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('plan'),
    epochs: z.number().int().min(1),
    stepsPerEpoch: z.number().int().min(0),
  }),
  z.object({
    type: z.literal('step'),
    step: z.number().int().min(0),
    epoch: z.number().int().min(1).optional(),
    loss: numbers,
    lr: numbers,
    t: z.number().optional(),
  }),
  z.object({
    type: z.literal('epoch'),
    epoch: z.number().int().min(1),
    loss: numbers,
    metrics: numbers,
    t: z.number().optional(),
  }),
  z.object({
    type: z.literal('checkpoint'),
    file: z.string(),
    epoch: z.number().int().min(1),
    step: z.number().int().min(0),
  }),
  z.object({ type: z.literal('end') }),
]);

/** Our JSON lines, as the Python helper writes them. */
export function jsonlSource(file: string): Source {
  const lines = new AppendedLines(file);
  let count = 0;
  let refused: Words | undefined;
  return {
    poll: async () => {
      const { lines: added } = await lines.next();
      count += added.length;
      const records = added.map(readLine);
      refused ??= records.find((record) => record.kind === 'problem')?.said;
      return records;
    },
    explain: async () => {
      if (count === 0)
        return words(
          '{0} was expected to get JSON lines (its path is in PITWALL_METRICS; pitwall_log.py writes them) and has none',
          file,
        );
      const none = words('none of the {0} lines of {1} is a step or an epoch with a number', count, file);
      return refused ? words('{0}; the first that was refused: {1}', none, refused) : none;
    },
  };
}

const MOST_SHOWN = 200;

function readLine(line: string): ForeignRecord {
  const object = parseLine(line);
  const parsed = zLine.safeParse(object);
  if (parsed.success) return recordOf(parsed.data);
  const shown = line.slice(0, MOST_SHOWN);
  const [issue] = parsed.error.issues;
  const said =
    object === undefined || issue === undefined
      ? words('not a line of ours: {0}', shown)
      : words('{0}: {1}', refusalOf(object, issue.path.map(String)), shown);
  return { kind: 'problem', said };
}

/** What is wrong at one place of a line. */
function refusalOf(object: unknown, at: readonly string[]): Words {
  const value = at.reduce((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], object);
  const key = at.join('.');
  const expected = expectedAt(at);
  return value === undefined
    ? words('{0} is not there, expected {1}', key, expected)
    : unexpected(key, JSON.stringify(value).slice(0, MOST_SHOWN / 4), expected);
}

function expectedAt([key = '', inner]: readonly string[]): Words {
  if (key === 'type') return words('one of {0}', zLine.options.map((one) => one.shape.type.value).join(', '));
  if (key === 'file') return words('a path');
  if (key in PER_NAME) return inner === undefined ? words('a number for each name') : words('a number');
  const least = LEAST[key];
  return least === undefined ? words('a number') : wholeFrom(least);
}

const PER_NAME = { loss: 0, lr: 0, metrics: 0 };
const LEAST: Readonly<Record<string, 0 | 1>> = { step: 0, epoch: 1, epochs: 1, stepsPerEpoch: 0 };

function recordOf(data: z.infer<typeof zLine>): ForeignRecord {
  if (data.type === 'end') return { kind: 'end' };
  if (data.type === 'plan') return { kind: 'plan', epochs: data.epochs, stepsPerEpoch: data.stepsPerEpoch };
  if (data.type === 'epoch')
    return {
      kind: 'epoch',
      epoch: data.epoch,
      loss: data.loss,
      metrics: data.metrics,
      ...(data.t !== undefined && { time: data.t }),
    };
  if (data.type === 'checkpoint')
    return { kind: 'checkpoint', file: data.file, epoch: data.epoch, step: data.step };
  return { kind: 'step', step: data.step, epoch: data.epoch, loss: data.loss, lr: data.lr, time: data.t };
}
