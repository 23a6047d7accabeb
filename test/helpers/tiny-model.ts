import { writeFileSync } from 'node:fs';
import { concatenate, encodeBytes, encodeText, encodeVarint } from '../../src/onnx/wire';

// A detector small enough to be written by hand: it finds one box, always at the same place, with a score that is the
// brightness of the image. Input (batch, 3, 64, 64), output (batch, 4 + 2 classes, 84 anchors) in Ultralytics' layout.
export const TINY_IMGSZ = 64;
const ANCHORS = 84;
const CHANNELS = 6;
const FLOAT = 1;
const INT64 = 7;

export type TinyBox = { cx: number; cy: number; w: number; h: number; class: 0 | 1 };

/**
 * Writes the model; `box` is in pixels of the input. With `hungryFrom`, batches of so many images request more memory
 * than any machine has. With `anySize`, images of any size are accepted, and the box does not move.
 */
export function writeTinyModel(file: string, box: TinyBox, hungryFrom?: number, anySize = false): void {
  const base = new Float32Array(CHANNELS * ANCHORS);
  const bright = new Float32Array(CHANNELS * ANCHORS);
  [box.cx, box.cy, box.w, box.h].forEach((v, channel) => {
    base[channel * ANCHORS] = v;
  });
  bright[(4 + box.class) * ANCHORS] = 1;
  const graph = concatenate([
    node('ReduceMean', ['images'], ['mean'], [ints('axes', [1, 2, 3]), int('keepdims', 1)]),
    node('Reshape', ['mean', 'shape'], ['flat']),
    node('Mul', ['flat', 'bright'], ['scores']),
    ...(hungryFrom === undefined
      ? [node('Add', ['scores', 'base'], ['output0'])]
      : [...hunger(hungryFrom), node('Sum', ['scores', 'base', 'nothing'], ['output0'])]),
    encodeText(2, 'tiny'),
    tensor('base', [1, CHANNELS, ANCHORS], FLOAT, new Uint8Array(base.buffer)),
    tensor('bright', [1, CHANNELS, ANCHORS], FLOAT, new Uint8Array(bright.buffer)),
    tensor('shape', [3], INT64, new Uint8Array(BigInt64Array.of(-1n, 1n, 1n).buffer)),
    value(11, 'images', ['batch', 3, ...(anySize ? ['height', 'width'] : [TINY_IMGSZ, TINY_IMGSZ])]),
    value(12, 'output0', ['batch', CHANNELS, ANCHORS]),
  ]);
  const metadata = { names: "{0: 'scratch', 1: 'dent'}", task: 'detect', stride: '32', imgsz: '[64, 64]' };
  const model = concatenate([
    encodeVarint(1, 8),
    encodeBytes(7, graph),
    encodeBytes(8, encodeVarint(2, 13)),
    ...Object.entries(metadata).map(([key, text]) =>
      encodeBytes(14, concatenate([encodeText(1, key), encodeText(2, text)])),
    ),
  ]);
  writeFileSync(file, model);
}

/** `nothing` is 0: the sum of no numbers below `images` of a batch, of 10^15 zeros from there on, which no address space holds. */
function hunger(images: number): Uint8Array[] {
  const scalar = (name: string, n: bigint) =>
    tensor(name, [1], INT64, new Uint8Array(BigInt64Array.of(n).buffer));
  return [
    node('Shape', ['images'], ['dims']),
    node('Gather', ['dims', 'first'], ['count']),
    node('Div', ['count', 'from'], ['times']),
    node('Mul', ['times', 'quadrillion'], ['length']),
    node('ConstantOfShape', ['length'], ['zeros']),
    node('ReduceSum', ['zeros'], ['nothing'], [int('keepdims', 0)]),
    scalar('first', 0n),
    scalar('from', BigInt(images)),
    scalar('quadrillion', 10n ** 15n),
  ];
}

function node(op: string, inputs: string[], outputs: string[], attributes: Uint8Array[] = []): Uint8Array {
  return encodeBytes(
    1,
    concatenate([
      ...inputs.map((name) => encodeText(1, name)),
      ...outputs.map((name) => encodeText(2, name)),
      encodeText(4, op),
      ...attributes.map((attribute) => encodeBytes(5, attribute)),
    ]),
  );
}

function ints(name: string, values: number[]): Uint8Array {
  return concatenate([encodeText(1, name), ...values.map((v) => encodeVarint(8, v)), encodeVarint(20, 7)]);
}

function int(name: string, v: number): Uint8Array {
  return concatenate([encodeText(1, name), encodeVarint(3, v), encodeVarint(20, 2)]);
}

function tensor(name: string, dims: number[], type: number, raw: Uint8Array): Uint8Array {
  const shape = dims.map((dim) => encodeVarint(1, dim));
  return encodeBytes(
    5,
    concatenate([...shape, encodeVarint(2, type), encodeText(8, name), encodeBytes(9, raw)]),
  );
}

function value(field: number, name: string, dims: (number | string)[]): Uint8Array {
  const shape = concatenate(
    dims.map((dim) => encodeBytes(1, typeof dim === 'number' ? encodeVarint(1, dim) : encodeText(2, dim))),
  );
  const type = encodeBytes(1, concatenate([encodeVarint(1, FLOAT), encodeBytes(2, shape)]));
  return encodeBytes(field, concatenate([encodeText(1, name), encodeBytes(2, type)]));
}

export type OddModel = {
  readonly side?: number;
  /** Anchors of the output that is declared. */
  readonly anchors?: number;
  /** imgsz of the metadata. */
  readonly imgsz?: string;
  /** The scores go through a loop of 2^62 turns. */
  readonly isEndless?: boolean;
};

/** Writes a model that requests more than any machine has: memory by what it declares, or time. */
export function writeOddModel(file: string, { side, anchors = 1, imgsz, isEndless }: OddModel): void {
  const graph = concatenate([
    node('ReduceMean', ['images'], ['mean'], [ints('axes', [2, 3]), int('keepdims', 0)]),
    ...(isEndless ? endlessLoop() : [node('Identity', ['mean'], ['looped'])]),
    node('Concat', ['looped', 'looped'], ['six'], [int('axis', 1)]),
    node('Unsqueeze', ['six'], ['column'], [ints('axes', [2])]),
    node('Expand', ['column', 'shape'], ['output0']),
    tensor(
      'shape',
      [3],
      INT64,
      new Uint8Array(BigInt64Array.of(1n, BigInt(CHANNELS), BigInt(anchors)).buffer),
    ),
    encodeText(2, 'odd'),
    value(11, 'images', [1, 3, side ?? 'height', side ?? 'width']),
    value(12, 'output0', [1, CHANNELS, anchors]),
  ]);
  const metadata = { task: 'detect', ...(imgsz !== undefined && { imgsz }) };
  const model = concatenate([
    encodeVarint(1, 8),
    encodeBytes(7, graph),
    encodeBytes(8, encodeVarint(2, 11)),
    ...Object.entries(metadata).map(([key, text]) =>
      encodeBytes(14, concatenate([encodeText(1, key), encodeText(2, text)])),
    ),
  ]);
  writeFileSync(file, model);
}

function endlessLoop(): Uint8Array[] {
  const body = concatenate([
    node('Identity', ['goOn'], ['goesOn']),
    node('Sin', ['before'], ['after']),
    encodeText(2, 'body'),
    scalar(11, 'turn', INT64),
    scalar(11, 'goOn', BOOL),
    value(11, 'before', [1, 3]),
    scalar(12, 'goesOn', BOOL),
    value(12, 'after', [1, 3]),
  ]);
  const attribute = concatenate([encodeText(1, 'body'), encodeBytes(6, body), encodeVarint(20, GRAPH)]);
  return [
    node('Loop', ['turns', 'yes', 'mean'], ['looped'], [attribute]),
    tensor('turns', [], INT64, new Uint8Array(BigInt64Array.of(2n ** 62n).buffer)),
    tensor('yes', [], BOOL, Uint8Array.of(1)),
  ];
}

const BOOL = 9;
const GRAPH = 5;

function scalar(field: number, name: string, type: number): Uint8Array {
  const shape = encodeBytes(1, concatenate([encodeVarint(1, type), encodeBytes(2, new Uint8Array())]));
  return encodeBytes(field, concatenate([encodeText(1, name), encodeBytes(2, shape)]));
}
