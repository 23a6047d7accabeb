import { execFile } from 'node:child_process';
import { decideHalf, parseNvidiaSmi } from '../../domain/detection/half';
import { findProgram } from '../../run/folder/find-program';

const TIMEOUT_MS = 5000;

/** The first NVIDIA card and whether FP16 is sound on it; undefined if there is none. Starts nvidia-smi. */
export function halfCard(): Promise<{ readonly name: string; readonly half: boolean } | undefined> {
  const query = ['--query-gpu=index,name,compute_cap', '--format=csv,noheader'];
  const program = findProgram('nvidia-smi');
  if (program === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    execFile(program, query, { timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout) => {
      const gpu = error ? undefined : parseNvidiaSmi(stdout)[0];
      resolve(
        gpu && {
          name: gpu.name,
          half: decideHalf({ mode: 'on', provider: 'cuda', software: false, gpu }).half,
        },
      );
    });
  });
}
