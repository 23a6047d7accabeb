import * as z from 'zod';
import { zEpoch, zNumber, zStep } from '../../../run/schema';

/**
 * Header of state.bin: the progress of training. The order of images and their augmentation follow from seed and epoch
 * alone.
 */
export const zProgress = z.object({
  format: z.literal(1),
  /** The next step. */
  nextStep: zStep,
  /** Epoch of the last completed step. */
  epoch: zEpoch,
  seed: z.number(),
  size: z.string(),
  names: z.array(z.string()),
  imgsz: z.number().int(),
  /** Images per step; a resume keeps what AutoBatch found. Absent in older files. */
  batch: z.number().int().optional(),
  /** The sums of the epoch so far. Absent in older files. */
  stretches: z
    .array(z.object({ fromStep: zStep, fromEpoch: zEpoch, stepsPerEpoch: z.number().int().min(1) }))
    .min(1)
    .optional(),
  /** The training set of the last step. Absent in older files. */
  trainSet: z.object({ images: z.number().int(), fingerprint: z.string() }).optional(),
  /** Updates made, as the session counts them. */
  updates: z.number().int(),
  divergence: z.object({ first: zNumber.optional(), recent: z.array(zNumber) }),
  epochSums: z.object({ steps: z.number(), seconds: z.number(), sums: z.record(z.string(), zNumber) }),
});
export type Progress = z.infer<typeof zProgress>;

/** The same before the session has said how many updates it made. */
export type Position = Omit<Progress, 'updates'>;
