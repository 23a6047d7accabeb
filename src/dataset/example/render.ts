import type { Random } from '../../base/random';
import { type Mask, SIZE } from './mask';

type Rgb = readonly [number, number, number];
const TABLE_BITS = 12;
const TABLE = 2 ** TABLE_BITS;

type Palette = { readonly board: Rgb; readonly copper: Rgb };

/** Bare copper on laminate, green, blue, red and black solder mask, tin on green. */
const PALETTES: readonly Palette[] = [
  { board: [74, 70, 44], copper: [196, 128, 82] },
  { board: [18, 74, 44], copper: [82, 160, 98] },
  { board: [20, 48, 104], copper: [84, 128, 190] },
  { board: [104, 26, 26], copper: [176, 74, 58] },
  { board: [26, 28, 30], copper: [116, 110, 92] },
  { board: [24, 88, 62], copper: [186, 190, 182] },
];

/** A photograph of the board as 8-bit RGB: colours, weave, light, optics and sensor noise. */
export function renderBoard(mask: Mask, random: Random): Uint8Array {
  const soft = blur(mask, random.between(0.35, 0.75));
  const palette = PALETTES[random.below(PALETTES.length)];
  const board = vary(palette.board, random);
  const copper = vary(palette.copper, random);
  const texture = createTexture(random);
  const light = createLight(random);
  const noise = createNoise(random, random.between(2, 5));
  const out = new Uint8Array(SIZE * SIZE * 3);
  for (let i = 0; i < SIZE * SIZE; i++) {
    const x = i % SIZE;
    const y = (i - x) / SIZE;
    const c = soft[i];
    const gain = light(x, y) * (1 + texture(x, y, c));
    // One draw gives two indices into the table: its upper and its lower bits.
    const word = random.below(TABLE * TABLE);
    const grain = noise[word >> TABLE_BITS];
    for (let k = 0; k < 3; k++) {
      const value =
        (board[k] + (copper[k] - board[k]) * c) * gain + grain + noise[(word + k * 1361) & (TABLE - 1)] * 0.5;
      out[i * 3 + k] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  return out;
}

const vary = (colour: Rgb, random: Random): number[] => {
  const gain = random.between(0.85, 1.15);
  return colour.map((v) => v * gain + random.between(-8, 8));
};

/** Glass weave under the laminate, brushing and slow stains on the copper; a relative change of brightness. */
function createTexture(random: Random): (x: number, y: number, copper: number) => number {
  const weave = random.between(0.5, 0.9);
  const brush = random.between(0, Math.PI);
  const depth = random.between(0.02, 0.06);
  const phase = [random.between(0, 6), random.between(0, 6), random.between(0, 6)];
  const bx = Math.cos(brush);
  const by = Math.sin(brush);
  const along = Float32Array.from({ length: SIZE }, (_, x) => Math.sin(x * weave + phase[0]));
  const down = Float32Array.from({ length: SIZE }, (_, y) => Math.sin(y * weave + phase[1]));
  return (x, y, copper) => {
    const grain =
      Math.sin((x * bx + y * by) * 1.7 + phase[2]) * Math.sin((x * by - y * bx) * 0.21 + phase[1]);
    return depth * ((1 - copper) * 1.4 * along[x] * down[y] + copper * grain);
  };
}

/** A lamp on one side, and the fall-off of the lens to the corners. */
function createLight(random: Random): (x: number, y: number) => number {
  const angle = random.between(0, 2 * Math.PI);
  const slope = random.between(0, 0.28);
  const falloff = random.between(0, 0.22);
  const base = random.between(0.85, 1.15);
  const gx = (Math.cos(angle) * slope) / SIZE;
  const gy = (Math.sin(angle) * slope) / SIZE;
  return (x, y) => {
    const u = x - SIZE / 2;
    const v = y - SIZE / 2;
    return base * (1 + gx * u + gy * v) * (1 - (falloff * (u * u + v * v)) / (SIZE * SIZE * 0.5));
  };
}

/** Normal noise as a table: a fresh logarithm and cosine for each of 30 million samples would be most of the time. */
function createNoise(random: Random, sigma: number): Float32Array {
  return Float32Array.from({ length: TABLE }, () => random.normal() * sigma);
}

/** Separable Gaussian blur with a radius of 2 pixels; the border continues outside. */
function blur(mask: Mask, sigma: number): Mask {
  const kernel = [-2, -1, 0, 1, 2].map((d) => Math.exp((-d * d) / (2 * sigma * sigma)));
  const sum = kernel.reduce((a, b) => a + b);
  const weights = kernel.map((w) => w / sum);
  return convolve(convolve(mask, weights, 1), weights, SIZE);
}

function convolve(source: Mask, weights: readonly number[], stride: number): Mask {
  const out = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const position = Math.floor(i / stride) % SIZE;
    let sum = 0;
    for (let k = -2; k <= 2; k++) {
      const at = Math.min(SIZE - 1, Math.max(0, position + k));
      sum += weights[k + 2] * source[i + (at - position) * stride];
    }
    out[i] = sum;
  }
  return out;
}
