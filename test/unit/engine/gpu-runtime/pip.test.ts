import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseRuntime } from '../../../../src/engine/gpu-runtime/choose-runtime';
import { installGpuRuntime } from '../../../../src/engine/gpu-runtime/install';
import { providerPlace, wheelPlan } from '../../../../src/engine/gpu-runtime/install-plan';
import { gpuRuntimeEnvironment } from '../../../../src/engine/gpu-runtime/loader-path';
import { installedGpuRuntime, removeGpuRuntime } from '../../../../src/engine/gpu-runtime/marker';
import { findProgram } from '../../../../src/run/folder/find-program';
import { type Installation, madeInstallation } from '../../../helpers/onnxruntime-home';
import { zipOf } from '../../../helpers/write-zip';

// The real pip against a package index on loopback, which has made wheels.
const python = findProgram('python3') ?? '';
const hasPip = python !== '' && spawnSync(python, ['-m', 'pip', '--version']).status === 0;
const isHere = process.platform === 'linux' && process.arch === 'x64';
if (isHere && !hasPip) console.warn('SKIPPED: no python3 with pip, so that no provider was fetched by pip');

const TAG = 'py3-none-manylinux_2_17_x86_64';
const CUDA = Buffer.from('the provider');

function wheel(name: string, version: string, files: Readonly<Record<string, Buffer>>): Buffer {
  const info = `${name}-${version}.dist-info`;
  const tag = `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: ${TAG}\n`;
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  const texts = { [`${info}/METADATA`]: metadata, [`${info}/WHEEL`]: tag, [`${info}/RECORD`]: '' };
  const own = Object.entries(texts).map(([file, text]) => [file, Buffer.from(text)]);
  return zipOf({ ...files, ...Object.fromEntries(own) });
}

/** Files of the index: name of the wheel -> its content, and the hash that its link states. */
const packages = new Map<string, { content: Buffer; sha256?: string }>();
let server: Server;
let made: Installation;
let version: string;
const files = () => readdirSync(made.folder).sort();

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const file = packages.get(path.basename(url));
    if (file) return response.end(file.content);
    const links = [...packages].filter(([name]) =>
      name.startsWith(`${path.basename(url).replaceAll('-', '_')}-`),
    );
    const anchors = links.map(([name, { content, sha256 }]) => {
      const hash = sha256 ?? createHash('sha256').update(content).digest('hex');
      return `<a href="/files/${name}#sha256=${hash}">${name}</a>`;
    });
    return response.setHeader('content-type', 'text/html').end(`<!DOCTYPE html>${anchors.join('\n')}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('PIP_CONFIG_FILE', '/dev/null');
  vi.stubEnv('PIP_INDEX_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`);
  vi.stubEnv('PIP_NO_CACHE_DIR', '1');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  made = madeInstallation();
  const place = providerPlace(made.dir);
  if (typeof place === 'string') throw new Error(place);
  version = place.version;
  packages.clear();
  publish('onnxruntime_gpu', version, {
    'onnxruntime/capi/libonnxruntime_providers_cuda.so': CUDA,
    'onnxruntime/capi/libonnxruntime_providers_shared.so': Buffer.from('shared'),
  });
});
afterEach(() => made.remove());

function publish(name: string, of: string, content: Readonly<Record<string, Buffer>>, sha256?: string): void {
  packages.set(`${name}-${of}-${TAG}.whl`, { content: wheel(name, of, content), ...(sha256 && { sha256 }) });
}

function planned() {
  const plan = wheelPlan(made.dir, python);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

async function checkRefused(expected: RegExp): Promise<void> {
  await expect(installGpuRuntime(planned(), { python })).rejects.toThrow(expected);
  expect(files()).toEqual(['libonnxruntime.so.1']);
  expect(installedGpuRuntime(made.dir)).toBeUndefined();
}

describe.runIf(hasPip && isHere)('the provider for CUDA 13', () => {
  test("is fetched by the user's pip, of onnxruntime's version, and removed again", async () => {
    const lines: string[] = [];
    await installGpuRuntime(planned(), { python, onLine: (line) => lines.push(line) });
    expect(lines.join('\n')).toMatch(/onnxruntime_gpu/);
    const installed = installedGpuRuntime(made.dir);
    expect(installed).toMatchObject({ name: 'onnxruntime-gpu', version, line: 13 });
    // The hash that status shows is one that --sha512 takes.
    await installGpuRuntime(planned(), { python, ...(installed?.sha512 && { sha512: installed.sha512 }) });
    expect(await removeGpuRuntime(made.folder)).toHaveLength(2);
    expect(files()).toEqual(['libonnxruntime.so.1']);
  });

  test('brings the libraries that no environment has, beside it, on the path of the validator, and removes them', async () => {
    publish('nvidia_cublas', '13.1.0', { 'nvidia/cu13/lib/libcublas.so.13': Buffer.from('cublas') });
    await installGpuRuntime(planned(), { python, requirements: ['nvidia-cublas~=13.0'] });
    const lib = path.join(made.folder, 'pitwall-cuda/nvidia/cu13/lib');
    expect(existsSync(path.join(lib, 'libcublas.so.13'))).toBe(true);
    expect(gpuRuntimeEnvironment(made.dir, undefined, {}).LD_LIBRARY_PATH).toContain(lib);
    expect(await removeGpuRuntime(made.folder)).toContain('pitwall-cuda');
    expect(files()).toEqual(['libonnxruntime.so.1']);
  });

  test('is refused with another hash than its index states', () => {
    const [name] = packages.keys();
    packages.set(name, { content: packages.get(name)?.content ?? CUDA, sha256: '0'.repeat(64) });
    return checkRefused(/DO NOT MATCH THE HASHES/);
  });

  test('is refused with another hash than a person gave', async () => {
    const sha512 = createHash('sha512').update('another').digest('base64');
    await expect(installGpuRuntime(planned(), { python, sha512 })).rejects.toThrow(/DO NOT MATCH THE HASHES/);
    expect(files()).toEqual(['libonnxruntime.so.1']);
  });

  test('is refused in another version', () => {
    packages.clear();
    publish('onnxruntime_gpu', '1.2.3', {});
    return checkRefused(/No matching distribution found for onnxruntime-gpu==/);
  });

  test('is refused if the package does not hold it', () => {
    publish('onnxruntime_gpu', version, { 'onnxruntime/LICENSE': Buffer.from('free') });
    return checkRefused(/has no onnxruntime\/capi\/libonnxruntime_providers_cuda\.so/);
  });

  test('that belongs to another onnxruntime than is there counts as none', async () => {
    await installGpuRuntime(planned(), { python });
    const manifest = path.join(made.dir, 'node_modules/onnxruntime-node/package.json');
    writeFileSync(
      manifest,
      JSON.stringify({ name: 'onnxruntime-node', version: '9.9.9', main: 'dist/index.js' }),
    );
    expect(installedGpuRuntime(made.dir)).toBeUndefined();
    expect(await removeGpuRuntime(made.folder)).toHaveLength(2);
  });

  test('needs a pip: an environment without one is refused with the command that makes it', async () => {
    const bare = path.join(made.dir, 'bare');
    spawnSync(python, ['-m', 'venv', '--without-pip', bare]);
    const wanted = path.join(bare, 'bin/python');
    expect(await chooseRuntime(made.dir, { env: {}, wanted, cuda: '13' })).toMatch(
      /comes by pip, and .*bare\/bin\/python has none \(.* -m ensurepip makes it\)$/,
    );
  });

  test('is that of the environment whose torch has CUDA', async () => {
    const venv = path.join(made.dir, 'venv');
    spawnSync(python, ['-m', 'venv', '--without-pip', venv]);
    const [lib] = readdirSync(path.join(venv, 'lib'));
    const site = path.join(venv, 'lib', lib, 'site-packages');
    for (const folder of ['torch', 'nvidia/cudnn/lib'])
      mkdirSync(path.join(site, folder), { recursive: true });
    for (const name of ['torch', 'pip']) {
      const info = path.join(site, `${name}-2.0.dist-info`);
      mkdirSync(info);
      writeFileSync(path.join(info, 'METADATA'), `Name: ${name}\nVersion: 2.0\n`);
    }
    writeFileSync(path.join(site, 'torch/__init__.py'), 'raise SystemExit("torch was imported")');
    writeFileSync(path.join(site, 'nvidia/cudnn/lib/libcudnn.so.9'), '');
    const choose = (cuda: string) => {
      writeFileSync(path.join(site, 'torch/version.py'), `cuda = ${cuda}\n`);
      return chooseRuntime(made.dir, { env: {}, wanted: path.join(venv, 'bin/python') });
    };
    expect(await choose("'12.8'")).toMatchObject({ plan: { line: 12, origin: { kind: 'nuget' } } });
    const choice = await choose("'13.0'");
    expect(choice).toMatchObject({ plan: { line: 13, origin: { kind: 'pip' } }, unserved: [] });
    // cuDNN alone is there.
    const requirements = typeof choice === 'string' ? [] : choice.requirements;
    expect(requirements).toContain('nvidia-cublas~=13.0');
    expect(requirements).not.toContain('nvidia-cudnn-cu13~=9.0');
    expect(await choose('None')).toMatch(/torch is built without CUDA, and no NVIDIA driver/);
  });
});

// A disk of its own, which only root can mount.
const disk = mkdtempSync(path.join(os.tmpdir(), 'pitwall-disk-'));
const mounted = isHere && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;
if (isHere && !mounted)
  console.warn('SKIPPED: no file system could be mounted, so that a full disk was not tried');
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

test.runIf(mounted)('a disk without room for it is refused before anything is fetched', async () => {
  rmSync(made.folder, { recursive: true });
  symlinkSync(disk, made.folder);
  await expect(installGpuRuntime(planned(), { python })).rejects.toThrow(/ left, .* are needed$/);
  expect(readdirSync(disk)).toEqual([]);
});
