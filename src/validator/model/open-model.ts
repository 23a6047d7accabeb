import { toError } from '../../base/async';
import { BadInputError } from '../../base/bad-input';
import { wordsOf } from '../../base/worded-error';
import { words } from '../../base/words';
import type { Device } from '../../domain/detection/device';
import type { Size } from '../../domain/detection/letterbox';
import type { ModelMetadata } from '../../domain/detection/metadata';
import { chooseLayout, type ModelLayout, type ScoresLayout } from '../../domain/detection/model-layout';
import { roundToStride } from '../../domain/detection/rect-batches';
import { explain } from '../../domain/detection/runtime-errors';
import { readOnnxFile } from '../../onnx/file';
import { type ModelSession, modelSession } from '../session/model-session';
import { sessionOptions } from '../session/session-options';
import type { SessionThread } from '../session/session-thread';
import type { Dimension, InputData, InputType } from '../session/thread-messages';

/** A model ready to run, and how its input and output are read. */
export type OpenModel = {
  readonly session: ModelSession;
  readonly metadata: ModelMetadata;
  readonly layout: ModelLayout | ScoresLayout;
  /** Input for square mode. */
  readonly input: Size;
  /** Batch that the model is fixed to; absent: any. */
  readonly fixedBatch: number | undefined;
  /** Height and width may vary. */
  readonly anySize: boolean;
  readonly stride: number;
  /** Layout for another input size, by the shape of its output. */
  layoutFor(input: Size, output: readonly number[]): ModelLayout | ScoresLayout;
};

/** The layout of a detector. Throws one line if the model is a classifier. */
export function boxLayout(layout: ModelLayout | ScoresLayout): ModelLayout {
  if ('head' in layout) return layout;
  throw new BadInputError(
    words(
      'the model classifies whole images: its data is a folder with train/CLASS/ and val/CLASS/, and it finds no boxes',
    ),
  );
}

export type OpenOptions = {
  readonly file: string;
  /** Bytes to load in place of the file's own (converted to FP16). */
  readonly bytes?: Uint8Array;
  readonly device: Device;
  readonly imgsz?: number;
  /** Classes of the dataset. */
  readonly classes?: number;
};

const DEFAULT_IMGSZ = 640;
const LEAST_STRIDE = 32;
/** 5,600 pixels a side; 400 MB as float32. Larger pictures are cut into tiles for a detector. */
const MOST_INPUT_PIXELS = 32_000_000;
/** 400 MB as float32 for one image; 1,200 classes at 1,280 pixels take 40 million. */
const MOST_OUTPUT_ELEMENTS = 100_000_000;

/** Loads a model and finds its layout. Throws one line that names the file. */
export async function openModel(thread: SessionThread, options: OpenOptions): Promise<OpenModel> {
  const { metadata } = await readOnnxFile(options.file);
  const session = await loadSession(thread, options);
  try {
    return await describe(session, metadata, options);
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function loadSession(
  thread: SessionThread,
  { file, bytes, device }: OpenOptions,
): Promise<ModelSession> {
  const result = await thread
    .load(bytes ?? file, sessionOptions(device))
    .catch((error: unknown) => toError(error));
  if (result instanceof Error)
    throw new BadInputError(words('{0}: cannot be run on {1}: {2}', file, device.provider, explain(result)));
  try {
    return modelSession(thread, result.session, result.loaded);
  } catch (error) {
    await thread.release(result.session);
    throw new BadInputError(words('{0}: {1}', file, wordsOf(error)), { cause: error });
  }
}

async function describe(
  session: ModelSession,
  metadata: ModelMetadata,
  options: OpenOptions,
): Promise<OpenModel> {
  const { file } = options;
  const shape = session.loaded.inputs[0].shape;
  if (shape.length !== 4 || (typeof shape[1] === 'number' && shape[1] !== 3))
    throw new BadInputError(
      words('{0}: takes an input of shape [{1}], expected [batch, 3, height, width]', file, shape.join(', ')),
    );
  const stride = Math.max(metadata.stride ?? LEAST_STRIDE, 1);
  const input = inputSize(shape, metadata, stride, options);
  const fixedBatch = typeof shape[0] === 'number' ? shape[0] : undefined;
  const layoutFor = (size: Size, output: readonly number[]): ModelLayout | ScoresLayout => {
    const layout = chooseLayout({ output, input: size, metadata, classes: options.classes });
    if ('template' in layout) throw new BadInputError(words('{0}: {1}', file, layout));
    return layout;
  };
  checkBatch(fixedBatch, input, file);
  const output = await outputShape(session, input, fixedBatch ?? 1);
  checkOutput(output, file);
  const anySize = typeof shape[2] === 'string' && typeof shape[3] === 'string';
  return {
    session,
    metadata,
    layout: layoutFor(input, output),
    input,
    fixedBatch,
    anySize,
    stride,
    layoutFor,
  };
}

function inputSize(
  shape: readonly Dimension[],
  metadata: ModelMetadata,
  stride: number,
  { file, imgsz }: OpenOptions,
): Size {
  const [, , height, width] = shape;
  const wanted = imgsz === undefined ? undefined : roundToStride(imgsz, stride);
  const side = (dimension: Dimension, own: number | undefined): number =>
    typeof dimension === 'number' ? dimension : (wanted ?? own ?? DEFAULT_IMGSZ);
  const size = { height: side(height, metadata.imgsz?.[0]), width: side(width, metadata.imgsz?.[1]) };
  if (imgsz !== undefined && ![wanted, imgsz].includes(Math.max(size.width, size.height)))
    throw new BadInputError(
      words('{0}: takes images of {1}x{2} only, not {3}', file, size.width, size.height, imgsz),
    );
  checkInput(size, file);
  return size;
}

function checkInput({ width, height }: Size, file: string): void {
  if (width > 0 && height > 0 && width * height <= MOST_INPUT_PIXELS) return;
  throw new BadInputError(
    words(
      '{0}: takes images of {1}x{2}; the most is {3} million pixels',
      ...[file, width, height, MOST_INPUT_PIXELS / 1e6],
    ),
  );
}

function checkBatch(batch = 1, { width, height }: Size, file: string): void {
  if (batch * width * height <= 8 * MOST_INPUT_PIXELS) return;
  throw new BadInputError(
    words(
      '{0}: is fixed to {1} images of {2}x{3} at once; the most is {4} million pixels',
      ...[file, batch, width, height, (8 * MOST_INPUT_PIXELS) / 1e6],
    ),
  );
}

function checkOutput([, ...rest]: readonly number[], file: string): void {
  const elements = rest.reduce((product, dimension) => product * dimension, 1);
  if (elements <= MOST_OUTPUT_ELEMENTS) return;
  throw new BadInputError(
    words(
      '{0}: gives {1} numbers for an image; the most is {2} million',
      ...[file, elements, MOST_OUTPUT_ELEMENTS / 1e6],
    ),
  );
}

/** As declared, else as one run gives it. */
async function outputShape(session: ModelSession, input: Size, batch: number): Promise<readonly number[]> {
  const [, ...rest] = session.loaded.outputs[0].shape;
  const known = rest.filter((dim): dim is number => typeof dim === 'number');
  if (rest.length > 0 && known.length === rest.length) return [batch, ...known];
  return (await runBlank(session, input, batch)).dims;
}

/** Runs the model once on blank images. */
export function runBlank(session: ModelSession, { width, height }: Size, batch: number) {
  const data = blank(session.inputType, batch * 3 * width * height);
  return session.run({ data }, [batch, 3, height, width]);
}

function blank(type: InputType, length: number): InputData {
  if (type === 'float32') return new Float32Array(length);
  return type === 'float16' ? new Uint16Array(length) : new Uint8Array(length);
}
