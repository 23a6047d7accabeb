import { type Words, words } from '../../base/words';
import type { Card } from '../gpu/cards';
import type { Provider } from './device';

export type HalfDecision = { readonly half: boolean; readonly reason: Words };

export type HalfQuestion = {
  readonly mode: 'auto' | 'on' | 'off';
  readonly provider: Provider;
  readonly software: boolean;
  /** The card, if nvidia-smi knows one. */
  readonly gpu: Pick<Card, 'name' | 'computeCapability'> | undefined;
};

const LEAST_CAPABILITY = 7;
/** Cards that report FP16 and give NaN (ultralytics/ultralytics#280, #16290, #17812, utils/checks.py check_amp). */
const FAULTY = /GTX 16\d0|\bT(400|500|550|600|1000|1200|2000)\b|K40m/i;

/** Whether FP16 is worth a trial: a driver that lacks it fails only when the model first runs. */
export function decideHalf({ mode, provider, software, gpu }: HalfQuestion): HalfDecision {
  if (mode === 'off') return { half: false, reason: words('switched off') };
  if (provider === 'cpu')
    return { half: false, reason: words('a CPU computes in FP32; FP16 would be slower') };
  if (provider === 'coreml') return { half: false, reason: words('CoreML chooses its own precision') };
  if (software) return { half: false, reason: words('a software GPU has no FP16') };
  return decideByCard(gpu);
}

function decideByCard({ name = '', computeCapability }: Partial<Card> = {}): HalfDecision {
  if (FAULTY.test(name)) return { half: false, reason: words('{0} gives NaN in FP16', name) };
  if (computeCapability === undefined) return { half: true, reason: words('the provider has FP16') };
  if (computeCapability >= LEAST_CAPABILITY)
    return { half: true, reason: words('{0} has compute capability {1}', name, computeCapability) };
  const reason = words(
    '{0} has compute capability {1}, FP16 needs {2}.0',
    ...[name, computeCapability, LEAST_CAPABILITY],
  );
  return { half: false, reason };
}

// IEEE 754 binary16, for runtimes without Float16Array.

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Bits of the nearest half, ties to even; too large becomes infinite. */
export function toHalfBits(value: number): number {
  single[0] = value;
  const word = bits[0];
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 112;
  const mantissa = word & 0x7fffff;
  if (exponent >= 31) return sign | (Number.isNaN(value) ? 0x7e00 : 0x7c00);
  if (exponent > 0) return sign | roundShift((exponent << 23) | mantissa, 13);
  return exponent < -10 ? sign : sign | roundShift(mantissa | 0x800000, 14 - exponent);
}

/** Shifts right and rounds half to even; a carry runs into the exponent, as it must. */
function roundShift(value: number, shift: number): number {
  const floor = value >>> shift;
  const rest = value - floor * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && (floor & 1) === 1) ? floor + 1 : floor;
}

export function fromHalfBits(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** Widens an array of bits. */
export function widenHalfs(halfs: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, half) => fromHalfBits(half));
  const out = new Float32Array(halfs.length);
  for (let i = 0; i < halfs.length; i++) out[i] = table[halfs[i]];
  return out;
}
