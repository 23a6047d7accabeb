import type { z } from 'zod';
import { parseJson, readNumber } from '../base/json';
import { STEP_KEYS, type StepSeriesKey } from '../domain/run/step-series';
import { type StepEvent, type TrainerEvent, zTrainerEvent } from './events';
import { type KeeperEntry, zKeeperEntry } from './keeper-entry';
import { type ValidationEntry, zValidationEntry } from './validation';

/** `value` if the line was understood; `problem` if it was damaged; neither for a type of a later version. */
export type Parsed<T> = { readonly value?: T; readonly problem?: string };

export function parseEventLine(line: string): Parsed<TrainerEvent> {
  const object = parseObject(line);
  const step = object?.type === 'step' ? readStep(object) : undefined;
  return step ? { value: step } : check(object, zTrainerEvent, line);
}

export function parseKeeperLine(line: string): Parsed<KeeperEntry> {
  return check(parseObject(line), zKeeperEntry, line);
}

export function parseValidationLine(line: string): Parsed<ValidationEntry> {
  return check(parseObject(line), zValidationEntry, line);
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A writer that was killed within a line may have its successor's first line joined to the torn one: that one is
 * recovered.
 */
function parseObject(line: string): JsonObject | undefined {
  const whole = parseJson(line);
  const second = whole === undefined ? line.lastIndexOf('{"type":') : 0;
  const value = second > 0 ? parseJson(line.slice(second)) : whole;
  return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
}

function check<T>(object: JsonObject | undefined, schema: z.ZodType<T>, line: string): Parsed<T> {
  if (object === undefined) return { problem: `damaged line: ${line.slice(0, 80)}` };
  const result = schema.safeParse(object);
  if (result.success) return { value: result.data };
  if (isUnknownType(result.error)) return {};
  const issue = result.error.issues[0];
  return { problem: `${String(object.type)}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}` };
}

function isUnknownType(error: z.ZodError): boolean {
  return error.issues.some((issue) => issue.code === 'invalid_union' && issue.path[0] === 'type');
}

type SeriesValues = { [K in StepSeriesKey]?: number };

/**
 * Steps are nearly all lines of a run, and their shape is flat: checked by hand, an order of magnitude faster than by
 * schema.
 */
function readStep(o: JsonObject): StepEvent | undefined {
  const { t, step, epoch } = o;
  if (typeof t !== 'number' || !isCount(step) || !isCount(epoch) || epoch < 1) return undefined;
  const lr = readNumbers(o.lr);
  const loss = readRecord(o.loss);
  if (!lr || !loss) return undefined;
  const event: StepEvent & SeriesValues = { type: 'step', t, step, epoch, lr, loss };
  for (const key of STEP_KEYS) {
    const value = readNumber(o[key]);
    if (value !== undefined) event[key] = value;
  }
  return event;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readNumbers(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map(readNumber);
  return numbers.every((n) => n !== undefined) ? numbers : undefined;
}

function readRecord(value: unknown): Record<string, number> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const record: Record<string, number> = {};
  for (const [name, raw] of Object.entries(value)) {
    const number = readNumber(raw);
    if (number === undefined || name === '__proto__') return undefined;
    record[name] = number;
  }
  return record;
}
