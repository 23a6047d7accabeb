import * as z from 'zod';
import { readNumber } from '../base/json';
import type { Words } from '../base/words';

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

const zText = z.string().max(1000);
const zPlainPart = z.union([zText, z.number()]);

/** A sentence with its values; a part may be a sentence of plain parts, and nothing is nested deeper. */
export const zWords: z.ZodType<Words> = z.object({
  template: zText,
  parts: z
    .array(z.union([zPlainPart, z.object({ template: zText, parts: z.array(zPlainPart).max(20) })]))
    .max(20),
});
