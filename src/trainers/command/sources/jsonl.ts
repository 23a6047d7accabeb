import * as z from 'zod';
import { parseJson } from '../../../base/json';
import { words } from '../../../base/words';
import type { ForeignRecord } from '../../../domain/foreign/record';
import { zNumber } from '../../../run/schema';
import { AppendedLines } from './appended-file';
import type { Source } from './source';

const numbers = z.record(z.string(), zNumber).default({});
const zLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('plan'), epochs: z.number().int(), stepsPerEpoch: z.number().int() }),
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
  return {
    poll: async () => {
      const { lines: added } = await lines.next();
      count += added.length;
      return added.map(readLine);
    },
    explain: async () =>
      count === 0
        ? words(
            '{0} was expected to get JSON lines (its path is in PITWALL_METRICS; pitwall_log.py writes them) and has none',
            file,
          )
        : words('none of the {0} lines of {1} is a step or an epoch with a number', count, file),
  };
}

function readLine(line: string): ForeignRecord {
  const parsed = zLine.safeParse(parseJson(line));
  if (!parsed.success) return { kind: 'problem', said: words('not a line of ours: {0}', line.slice(0, 200)) };
  const { data } = parsed;
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
