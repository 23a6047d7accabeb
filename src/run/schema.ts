import * as z from 'zod';
import { readNumber } from '../base/json';

/** A number as run files write it: non-finite ones are the strings "NaN", "Infinity" and "-Infinity". */
export const zNumber = z
  .union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
  .transform((v) => readNumber(v) ?? Number.NaN);
export const zEpoch = z.number().int().min(1);
export const zStep = z.number().int().min(0);

/** A path inside the run folder: relative, forward slashes, no `..`, no drive, no backslash. */
export const zRunPath = z
  .string()
  .min(1)
  .refine(
    (p) => !/^([/\\]|[A-Za-z]:)/.test(p) && !p.includes('\\') && !p.split('/').includes('..'),
    'must stay inside the run folder',
  );
