import * as z from 'zod';
import { readNumber } from '../base/json';
import { isReadable, type Words } from '../base/words';

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

const withParts = (part: z.ZodType<Words['parts'][number]>): z.ZodType<Words> =>
  z.object({ template: zText, parts: z.array(part).max(20) });
/** A sentence in a sentence in a sentence in a sentence, and nothing deeper. */
const zNested = [1, 2, 3].reduce((inner) => withParts(z.union([zPlainPart, inner])), withParts(zPlainPart));

/** A sentence with its values. */
export const zWords: z.ZodType<Words> = withParts(z.union([zPlainPart, zNested])).refine(
  isReadable,
  'is too long',
);

/** Beside a message in English; one that is too long or too deep leaves the message. */
export const zSaid = zWords.optional().catch(undefined);
