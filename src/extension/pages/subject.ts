import * as z from 'zod';

/** What a dashboard shows; kept by the page, so that a reload of the window brings it back. */
export const zSubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), dir: z.string() }),
  z.object({ kind: z.literal('preview'), file: z.string() }),
  z.object({ kind: z.literal('compare'), dir: z.string(), with: z.string() }),
]);
export type Subject = z.infer<typeof zSubject>;
