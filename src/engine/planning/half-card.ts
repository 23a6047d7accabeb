import { readVisibleCards } from '../../dataset/nvidia-smi';
import { decideHalf } from '../../domain/detection/half';

/** The first NVIDIA card that a run would see and whether FP16 is sound on it; undefined if there is none. Starts nvidia-smi. */
export async function halfCard(): Promise<{ readonly name: string; readonly half: boolean } | undefined> {
  const [gpu] = await readVisibleCards();
  const { half } = decideHalf({ mode: 'on', provider: 'cuda', software: false, gpu });
  return gpu && { name: gpu.name, half };
}
