import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askCudaPython } from '../../src/engine/gpu-runtime/cuda-python';
import { copiedInstallation, type Installation } from '../helpers/onnxruntime-home';
import { python } from './helpers';

// The one function that the provider takes from the driver: with it the provider loads, starts, and is refused by the CUDA
// runtime, which finds no driver behind it. Further no machine without a GPU can go.
const STUB = 'int cuTensorMapEncodeTiled(void) { return 999; }\n';

let installation: Installation;
let stub: string;

beforeAll(() => {
  installation = copiedInstallation();
  stub = path.join(installation.dir, 'stub');
  mkdirSync(stub);
  const source = path.join(stub, 'stub.c');
  writeFileSync(source, STUB);
  const library = path.join(stub, 'libcuda.so.1');
  const made = spawnSync('cc', ['-shared', '-fPIC', '-Wl,-soname,libcuda.so.1', '-o', library, source]);
  if (made.status !== 0) throw new Error(`cc: ${made.stderr ?? made.error}`);
});
afterAll(() => installation.remove());

function pitwall(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const cli = path.join(installation.dir, 'dist/cli.js');
  return spawnSync(process.execPath, [cli, ...args], {
    cwd: installation.dir,
    encoding: 'utf8',
    env: { ...process.env, PITWALL_PYTHON: python, ...env },
  });
}

function doctor(env: Readonly<Record<string, string>> = {}) {
  const { devices, cuda } = JSON.parse(pitwall(['doctor', '--json'], env).stdout);
  const { reason } = devices.find((device: { provider: string }) => device.provider === 'cuda');
  return { reason, cuda };
}

describe("the CUDA provider in the environment of the user's torch", () => {
  test('is installed for the line of torch, loads up to the driver, is explained, and is removed without a trace', async (context) => {
    const asked = await askCudaPython(python);
    const before = readdirSync(installation.folder);
    // A GPU is for `npm run test:gpu`; a torch without CUDA has none of the libraries.
    if (!asked?.cuda?.startsWith('13') || spawnSync('nvidia-smi').status === 0) return context.skip();
    expect(doctor()).toMatchObject({
      cuda: { line: expect.stringMatching(/^13 \(torch/), missing: expect.stringContaining('install') },
    });
    const installed = pitwall(['gpu-runtime', 'install']);
    expect(installed.stderr + installed.stdout, 'installed by pip').toMatch(/installed onnxruntime-gpu/);
    expect(pitwall(['gpu-runtime', 'status']).stdout).toMatch(/^onnxruntime-gpu .* for CUDA 13 is installed/);

    const bare = doctor();
    expect(bare.cuda.driver).toMatch(/^none/);
    expect(bare.cuda.missing).toMatch(/^NVIDIA's driver$/);
    expect(bare.cuda.cudnn).toContain(asked.cudnn);
    const stubbed = doctor({ LD_LIBRARY_PATH: stub });
    expect(stubbed.cuda.driver).toContain(stub);
    expect(stubbed.reason).toMatch(/CUDA error 35/);

    expect(pitwall(['gpu-runtime', 'remove']).stdout).toMatch(/^removed libonnxruntime_providers_cuda\.so/);
    expect(readdirSync(installation.folder)).toEqual(before);
  });
});
