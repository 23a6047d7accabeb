import { type Words, words } from '../../base/words';
import type { Provider } from './device';

export type GpuInfo = { readonly index: number; readonly name: string; readonly computeCapability: number };

/** Output of `nvidia-smi --query-gpu=index,name,compute_cap --format=csv,noheader`. */
export function parseNvidiaSmi(text: string): readonly GpuInfo[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length === 3 && Number.isFinite(Number.parseFloat(parts[2])))
    .map(([index, name, capability]) => ({
      index: Number(index),
      name,
      computeCapability: Number.parseFloat(capability),
    }));
}

export type HalfDecision = { readonly half: boolean; readonly reason: Words };

export type HalfQuestion = {
  readonly mode: 'auto' | 'on' | 'off';
  readonly provider: Provider;
  readonly software: boolean;
  /** The card, if nvidia-smi knows one. */
  readonly gpu: GpuInfo | undefined;
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
  if (!gpu) return { half: true, reason: words('the provider has FP16') };
  if (FAULTY.test(gpu.name)) return { half: false, reason: words('{0} gives NaN in FP16', gpu.name) };
  if (gpu.computeCapability >= LEAST_CAPABILITY)
    return { half: true, reason: words('{0} has compute capability {1}', gpu.name, gpu.computeCapability) };
  const reason = words(
    '{0} has compute capability {1}, FP16 needs {2}.0',
    ...[gpu.name, gpu.computeCapability, LEAST_CAPABILITY],
  );
  return { half: false, reason };
}
