import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { type GpuInfo, parseNvidiaSmi } from '../../domain/detection/half';
import { findProgram } from '../../run/folder/find-program';

const run = promisify(execFile);
const SOFTWARE_DRIVER = /swiftshader|lavapipe|lvp_icd|llvmpipe/i;
const NVIDIA_SMI_MS = 5000;

/**
 * Whether a WebGPU adapter here could only be a software one. onnxruntime for Node has no query for the adapter, so
 * this is read from the system: the Vulkan driver that the environment names, and on Linux the device nodes without
 * which no driver of a real card works (/dev/dxg is WSL's). Elsewhere a graphics adapter is part of the system.
 */
export function isSoftwareGpu(env: NodeJS.ProcessEnv = process.env): boolean {
  const drivers = `${env.VK_ICD_FILENAMES ?? ''} ${env.VK_DRIVER_FILES ?? ''}`;
  return SOFTWARE_DRIVER.test(drivers) || !hasGpuHardware();
}

function hasGpuHardware(): boolean {
  if (process.platform !== 'linux') return true;
  const nodes = [...listed('/dev/dri'), ...listed('/dev').filter((name) => /^nvidia\d+$/.test(name))];
  return nodes.some((name) => /^(renderD|nvidia)\d+$/.test(name)) || existsSync('/dev/dxg');
}

function listed(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** NVIDIA's cards; empty if there is no driver. */
export async function nvidiaGpus(): Promise<readonly GpuInfo[]> {
  try {
    const query = ['--query-gpu=index,name,compute_cap', '--format=csv,noheader'];
    const program = findProgram('nvidia-smi');
    if (program === undefined) return [];
    const { stdout } = await run(program, query, { timeout: NVIDIA_SMI_MS, windowsHide: true });
    return parseNvidiaSmi(stdout);
  } catch {
    return [];
  }
}
