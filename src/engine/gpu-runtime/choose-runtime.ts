import { type CudaLine, requirementsOf } from '../../domain/gpu/cuda-line';
import { type CudaMachine, type CudaWish, examineCuda } from './cuda-machine';
import type { CudaPython } from './cuda-python';
import { type GpuRuntimePlan, gpuRuntimePlan, providerPlace, wheelPlan } from './install-plan';
import { missingLibraries } from './libraries';

export type RuntimeWish = CudaWish & {
  /** NuGet source in place of the one that onnxruntime names; CUDA 12 alone is there. */
  readonly source?: string;
};

export type RuntimeChoice = {
  readonly plan: GpuRuntimePlan;
  /** Why this line. */
  readonly why: string;
  readonly python?: string;
  /** What pip must install beside the provider; empty if every library was found. */
  readonly requirements: readonly string[];
  /** Files that are nowhere, and no pip to install them. */
  readonly unserved: readonly string[];
};

/** Which provider fits this machine: its line by torch, else by the driver. A string with the reason if none does. */
export async function chooseRuntime(installDir: string, wish: RuntimeWish): Promise<RuntimeChoice | string> {
  // Before anything is asked: another platform has no provider, whatever its Python.
  const place = providerPlace(installDir);
  if (typeof place === 'string') return place;
  const { source } = wish;
  const machine = await examineCuda({ ...wish, ...(source !== undefined && { cuda: '12' }) });
  const { choice, python } = machine;
  if (choice.kind === 'none') return choice.why;
  const plan = choice.line === 12 ? gpuRuntimePlan(installDir, source) : pipPlan(installDir, python);
  if (typeof plan === 'string') return plan;
  const own = python && { python: python.executable };
  return { plan, why: choice.why, ...own, ...librariesOf(machine, plan.line) };
}

function librariesOf(
  { python, find }: CudaMachine,
  line: CudaLine,
): Pick<RuntimeChoice, 'requirements' | 'unserved'> {
  const missing = missingLibraries(line, find);
  if (python?.pip != null) return { requirements: requirementsOf(missing), unserved: [] };
  return { requirements: [], unserved: missing.map(({ file }) => file) };
}

function pipPlan(installDir: string, python: CudaPython | undefined): GpuRuntimePlan | string {
  const comes = 'the provider for CUDA 13 comes by pip';
  if (python === undefined) return `${comes}, and no Python was found; name one in PITWALL_PYTHON`;
  const { pip, executable } = python;
  if (pip === null) return `${comes}, and ${executable} has none (${executable} -m ensurepip makes it)`;
  return wheelPlan(installDir, executable);
}
