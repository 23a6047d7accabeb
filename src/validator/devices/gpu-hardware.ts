import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type GpuInfo, parseNvidiaSmi } from '../../domain/detection/half';
import { findProgram } from '../../run/folder/find-program';

const run = promisify(execFile);
const NVIDIA_SMI_MS = 5000;

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
