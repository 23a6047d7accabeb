import { concatenate, encodeBytes, encodeText, encodeVarint } from '../../onnx/wire';

const ELEMENT = { float32: 1, float16: 10 } as const;
const SIDE = 8;
const CHANNELS = 4;

/** Shape of the probe's input and output. */
export const PROBE_DIMS = [1, CHANNELS, SIDE, SIDE];

/** An ONNX model of one 3x3 convolution with weights of zero: what a provider must run to be of use. */
export function probeModel(type: keyof typeof ELEMENT): Uint8Array {
  const dims = [CHANNELS, CHANNELS, 3, 3];
  const width = type === 'float32' ? 4 : 2;
  const weights = new Uint8Array(dims.reduce((a, b) => a * b, width));
  const initializer = concatenate([
    ...dims.map((dim) => encodeVarint(1, dim)),
    encodeVarint(2, ELEMENT[type]),
    encodeText(8, 'w'),
    encodeBytes(9, weights),
  ]);
  const node = concatenate([
    encodeText(1, 'x'),
    encodeText(1, 'w'),
    encodeText(2, 'y'),
    encodeText(4, 'Conv'),
    encodeBytes(5, intsAttribute('pads', [1, 1, 1, 1])),
  ]);
  const graph = concatenate([
    encodeBytes(1, node),
    encodeText(2, 'probe'),
    encodeBytes(5, initializer),
    encodeBytes(11, valueInfo('x', ELEMENT[type])),
    encodeBytes(12, valueInfo('y', ELEMENT[type])),
  ]);
  return concatenate([encodeVarint(1, 8), encodeBytes(7, graph), encodeBytes(8, encodeVarint(2, 13))]);
}

function intsAttribute(name: string, values: readonly number[]): Uint8Array {
  return concatenate([encodeText(1, name), ...values.map((v) => encodeVarint(8, v)), encodeVarint(20, 7)]);
}

function valueInfo(name: string, element: number): Uint8Array {
  const shape = concatenate(PROBE_DIMS.map((dim) => encodeBytes(1, encodeVarint(1, dim))));
  const tensor = concatenate([encodeVarint(1, element), encodeBytes(2, shape)]);
  return concatenate([encodeText(1, name), encodeBytes(2, encodeBytes(1, tensor))]);
}
