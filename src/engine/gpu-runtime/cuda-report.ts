import type { Environment } from '../../base/environment';
import type { NvidiaDriver } from '../../domain/gpu/driver';
import { findProgram } from '../../run/folder/find-program';
import { type CudaMachine, examineCuda } from './cuda-machine';
import { gpuRuntimePlan, whyNoGpuRuntime } from './install-plan';
import { missingLibraries } from './libraries';
import { runtimeLibraries } from './loader-path';
import { type GpuRuntime, installedGpuRuntime } from './marker';

/** The way from the driver to a provider that loads, a line each. */
export type CudaReport = {
  /** Whether there is a provider for this platform at all. */
  readonly isPossible: boolean;
  readonly driver: string;
  readonly line: string;
  readonly provider: string;
  readonly cudnn: string;
  /** What is missing, and the command for it; "nothing" if all is there. */
  readonly missing: string;
};

export type CudaQuestion = {
  readonly installDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wanted?: string;
};

const INSTALL = 'pitwall gpu-runtime install';
const DRIVER_LIBRARY = 'libcuda.so.1';
const CUDNN = 'libcudnn.so.9';

/** What doctor says of CUDA. */
export async function cudaReport({ installDir, ...wish }: CudaQuestion): Promise<CudaReport> {
  const runtime = installedGpuRuntime(installDir);
  const machine = await examineCuda(wish, runtimeLibraries(installDir, runtime));
  const { choice } = machine;
  const noProvider = whyNoGpuRuntime(installDir);
  return {
    isPossible: typeof gpuRuntimePlan(installDir) !== 'string',
    driver: driverText(machine, wish.env),
    line: choice.kind === 'line' ? `${choice.line} (${choice.why})` : choice.why,
    provider: runtime ? `${runtime.name} ${runtime.version} for CUDA ${runtime.line}` : noProvider,
    cudnn: cudnnText(machine),
    missing: missingText(machine, runtime, noProvider),
  };
}

function driverText({ driver, find }: CudaMachine, env: Environment): string {
  if (driver) return textOf(driver);
  const library = find(DRIVER_LIBRARY);
  if (library !== undefined) return `${DRIVER_LIBRARY} in ${library}, but nvidia-smi gives no answer`;
  return findProgram('nvidia-smi', env) === undefined
    ? `none: neither nvidia-smi nor ${DRIVER_LIBRARY} is found`
    : `nvidia-smi gives no answer, and ${DRIVER_LIBRARY} is not found`;
}

const textOf = ({ version, cuda }: NvidiaDriver): string =>
  cuda === undefined ? version : `${version}, runs CUDA up to ${cuda}`;

function cudnnText({ python, find }: CudaMachine): string {
  const folder = find(CUDNN);
  if (folder === undefined) return 'not found';
  const version = python?.folders.includes(folder) ? python.cudnn : undefined;
  return `${version ?? '9'} in ${folder}`;
}

function missingText(machine: CudaMachine, runtime: GpuRuntime | undefined, noProvider: string): string {
  const provider = runtime ? ofProvider(runtime, machine) : [`the provider: ${noProvider}`];
  const gaps = [...ofDriver(machine), ...provider];
  return gaps.length === 0 ? 'nothing' : gaps.join('; ');
}

function ofDriver({ driver, choice, find }: CudaMachine): string[] {
  if (!driver) return [find(DRIVER_LIBRARY) ? 'a driver that answers nvidia-smi' : "NVIDIA's driver"];
  const newest = Number.parseFloat(driver.cuda ?? '');
  const isOld = choice.kind === 'line' && newest < choice.line;
  return isOld ? [`a driver for CUDA ${choice.line}, this one runs CUDA up to ${driver.cuda}`] : [];
}

function ofProvider({ line }: GpuRuntime, { choice, find }: CudaMachine): string[] {
  if (choice.kind === 'line' && choice.line !== line)
    return [`the provider for CUDA ${choice.line}, this one is for ${line}: ${INSTALL}`];
  const files = missingLibraries(line, find).map(({ file }) => file);
  return files.length === 0 ? [] : [`${files.join(', ')}: ${INSTALL}`];
}
