import { createHash } from 'node:crypto';
import * as z from 'zod';
import { toJsonLine } from '../../../base/json';
import { WordedError } from '../../../base/worded-error';
import { words } from '../../../base/words';
import { zEpoch, zNumber, zStep } from '../../../run/schema';

// state.bin: "PWSTATE1", SHA-256 of all that follows, length of the JSON header (uint32 LE), header, tensors (float32 LE).
const MAGIC = Buffer.from('PWSTATE1', 'latin1');
const HASH_AT = MAGIC.length;
const LENGTH_AT = HASH_AT + 32;
const HEADER_AT = LENGTH_AT + 4;
const FLOAT_BYTES = 4;

export type StateTensor = { readonly name: string; readonly data: Float32Array };
/** `header` is any JSON value; numbers that are not finite become strings, as in run files. */
export type StateFile = { readonly header: unknown; readonly tensors: readonly StateTensor[] };

type FileHeader = {
  readonly header: unknown;
  readonly tensors: readonly {
    readonly name: string;
    readonly length: number;
  }[];
};

export function encodeState({ header, tensors }: StateFile): Uint8Array {
  const described = tensors.map(({ name, data }) => ({ name, length: data.length }));
  const json = Buffer.from(toJsonLine({ header, tensors: described } satisfies FileHeader), 'utf8');
  const floats = tensors.reduce((n, t) => n + t.data.length, 0);
  const out = Buffer.alloc(HEADER_AT + json.length + floats * FLOAT_BYTES);
  out.set(MAGIC, 0);
  out.writeUInt32LE(json.length, LENGTH_AT);
  out.set(json, HEADER_AT);
  let at = HEADER_AT + json.length;
  for (const { data } of tensors) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  out.set(hashOf(out), HASH_AT);
  return out;
}

/** What `encodeState` wrote. Throws one line for a file that is torn, changed or of another kind. */
export function decodeState(bytes: Uint8Array): StateFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < HEADER_AT || !file.subarray(0, HASH_AT).equals(MAGIC))
    throw new WordedError(words('is not a training state of this program'));
  if (!file.subarray(HASH_AT, LENGTH_AT).equals(hashOf(file)))
    throw new WordedError(words('is damaged: its checksum does not fit'));
  const headerEnd = HEADER_AT + file.readUInt32LE(LENGTH_AT);
  const { header, tensors } = JSON.parse(file.toString('utf8', HEADER_AT, headerEnd)) as FileHeader;
  let at = headerEnd;
  return {
    header,
    tensors: tensors.map(({ name, length }) => {
      const data = floatsAt(file, at, length);
      at += length * FLOAT_BYTES;
      return { name, data };
    }),
  };
}

/** A copy, since a tensor's offset in the file need not be a multiple of four. */
function floatsAt(file: Buffer, at: number, length: number): Float32Array {
  const copy = new Uint8Array(length * FLOAT_BYTES);
  copy.set(file.subarray(at, at + copy.length));
  return new Float32Array(copy.buffer);
}

function hashOf(file: Buffer): Buffer {
  return createHash('sha256').update(file.subarray(LENGTH_AT)).digest();
}

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
