import * as z from 'zod';

/** The subject of a dashboard; the page keeps it, so that a reload of the window restores it. */
export const zSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), dir: z.string() }),
  z.object({ kind: z.literal('preview'), file: z.string() }),
  z.object({ kind: z.literal('compare'), dir: z.string(), with: z.string() }),
]);
export type Subject = z.infer<typeof zSubject>;
