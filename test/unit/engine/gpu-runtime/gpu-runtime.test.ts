import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installGpuRuntime } from '../../../../src/engine/gpu-runtime/install';
import { type GpuRuntimePlan, gpuRuntimePlan } from '../../../../src/engine/gpu-runtime/install-plan';
import { gpuRuntimeEnvironment } from '../../../../src/engine/gpu-runtime/loader-path';
import { installedGpuRuntime, removeGpuRuntime } from '../../../../src/engine/gpu-runtime/marker';
import { type Installation, madeInstallation } from '../../../helpers/onnxruntime-home';
import { zipOf } from '../../../helpers/write-zip';

// A package source on loopback that serves a made package, in the form of a NuGet v3 source; the metadata of
// onnxruntime-node is its own.
const HERE = `${process.platform}/${process.arch}`;
const CUDA = randomBytes(300_000);
const SHARED = Buffer.from('shared');
const INSIDE = 'runtimes/linux-x64/native';
const PACKAGE = zipOf({
  'LICENSE.txt': Buffer.from('free'),
  [`${INSIDE}/libonnxruntime_providers_cuda.so`]: CUDA,
  [`${INSIDE}/libonnxruntime_providers_shared.so`]: SHARED,
});

let made: Installation;
let installDir: string;
let folder: string;
let server: Server;
let index: string;
let serve: (response: ServerResponse) => void;
let hash: string;

beforeEach(async () => {
  made = madeInstallation();
  ({ dir: installDir, folder } = made);
  hash = createHash('sha512').update(PACKAGE).digest('base64');
  serve = (response) => response.end(PACKAGE);
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.json`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  made.remove();
});

function answer(request: { url?: string }, response: ServerResponse): void {
  const base = index.replace('/index.json', '');
  const url = request.url ?? '';
  const json = (value: object): void => void response.end(JSON.stringify(value));
  if (url === '/index.json')
    json({ resources: [{ '@id': `${base}/registration/`, '@type': 'RegistrationsBaseUrl/3.6.0' }] });
  else if (/^\/registration\/microsoft\.ml\.onnxruntime\.gpu\.linux\/\d+\.\d+\.\d+\.json$/.test(url))
    json({ catalogEntry: `${base}/entry.json`, packageContent: `${base}/package.nupkg` });
  else if (url === '/entry.json') json({ packageHash: hash, packageHashAlgorithm: 'SHA512' });
  else if (url === '/package.nupkg') serve(response);
  else response.writeHead(404).end();
}

function serveInstead(content: Buffer): void {
  hash = createHash('sha512').update(content).digest('base64');
  serve = (response) => response.end(content);
}

/** The zip with another length of its directory in its last record. */
function withDirectoryOf(zip: Buffer, bytes: number): Buffer {
  const changed = Buffer.from(zip);
  changed.writeUInt32LE(bytes, changed.length - 10);
  return changed;
}

function planned(): GpuRuntimePlan {
  const plan = gpuRuntimePlan(installDir, index);
  if (typeof plan === 'string') throw new Error(plan);
  return plan;
}

const files = () => readdirSync(folder).sort();

// onnxruntime publishes a CUDA provider for this platform only.
describe.runIf(HERE === 'linux/x64')('the GPU runtime', () => {
  test('is the version of the installed onnxruntime, fetched with progress, checked, put beside it, and removed again', async () => {
    const { version } = JSON.parse(
      readFileSync(path.join(installDir, 'node_modules/onnxruntime-node/package.json'), 'utf8'),
    );
    expect(planned().version).toBe(version);
    const received: number[] = [];
    const found: string[] = [];
    await installGpuRuntime(planned(), {
      onFound: (it) => found.push(it.hash, String(received.length)),
      onProgress: (bytes) => received.push(bytes),
    });
    expect(found, 'told before anything was received').toEqual([hash, '0']);
    expect(received.at(-1)).toBe(PACKAGE.length);
    expect(readFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so')).equals(CUDA)).toBe(true);
    expect(readFileSync(path.join(folder, 'libonnxruntime_providers_shared.so'))).toEqual(SHARED);
    expect(installedGpuRuntime(installDir)).toMatchObject({ version, sha512: hash });
    // Once more, over itself.
    await installGpuRuntime(planned());
    expect(await removeGpuRuntime(folder)).toHaveLength(2);
    expect(files()).toEqual(['libonnxruntime.so.1']);
    expect(installedGpuRuntime(installDir)).toBeUndefined();
    expect(await removeGpuRuntime(folder)).toEqual([]);
  });

  test.each<[string, () => void, RegExp]>([
    [
      'another hash',
      () => {
        hash = hash.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'));
      },
      /SHA-512 of \d+ bytes is/,
    ],
    [
      'a download that breaks off',
      () => {
        serve = (response) => {
          response.writeHead(200, { 'content-length': PACKAGE.length });
          response.write(PACKAGE.subarray(0, 1000), () => response.destroy());
        };
      },
      /broke off after/,
    ],
    [
      'a source that has it no longer',
      () => {
        serve = (response) => response.writeHead(410).end();
      },
      /answered 410/,
    ],
    [
      'a package without the file',
      () => {
        const other = zipOf({ 'LICENSE.txt': Buffer.from('free') });
        hash = createHash('sha512').update(other).digest('base64');
        serve = (response) => response.end(other);
      },
      /has no runtimes/,
    ],
    [
      'something that is no package',
      () => {
        hash = createHash('sha512').update('<html>').digest('base64');
        serve = (response) => response.end('<html>');
      },
      /not a zip file/,
    ],
    [
      'a package whose directory is said to be longer than the file',
      () => serveInstead(withDirectoryOf(PACKAGE, 4_000_000_000)),
      /its directory is said to have 4000000000 bytes, the file has \d+/,
    ],
    [
      'an entry that unpacks to more than it declares',
      () => {
        const name = `${INSIDE}/libonnxruntime_providers_cuda.so`;
        const bomb = zipOf({ [name]: Buffer.alloc(50_000_000), [name.replace('cuda', 'shared')]: SHARED });
        // The length occurs twice: before the data and in the directory.
        const declared = Buffer.alloc(4);
        declared.writeUInt32LE(50_000_000);
        for (let at = bomb.indexOf(declared); at >= 0; at = bomb.indexOf(declared)) bomb.writeUInt32LE(9, at);
        serveInstead(bomb);
      },
      /has more than the 9 bytes declared/,
    ],
  ])('%s changes nothing', async (_what, arrange, expected) => {
    arrange();
    await expect(installGpuRuntime(planned())).rejects.toThrow(expected);
    expect(files()).toEqual(['libonnxruntime.so.1']);
    expect(installedGpuRuntime(installDir)).toBeUndefined();
  });

  test('a hash from elsewhere counts over the word of the source', async () => {
    const sha512 = createHash('sha512').update('another package').digest('base64');
    await expect(installGpuRuntime(planned(), { sha512 })).rejects.toThrow(/SHA-512 of \d+ bytes is/);
    expect(files()).toEqual(['libonnxruntime.so.1']);
    await installGpuRuntime(planned(), { sha512: hash });
    expect(files()).toContain('libonnxruntime_providers_cuda.so');
  });

  test('cancelling leaves nothing', async () => {
    const stop = new AbortController();
    serve = (response) => {
      response.writeHead(200, { 'content-length': PACKAGE.length });
      response.write(PACKAGE.subarray(0, 1000));
    };
    const onProgress = (): void => stop.abort();
    await expect(installGpuRuntime(planned(), { onProgress, signal: stop.signal })).rejects.toThrow(
      'cancelled',
    );
    expect(files()).toEqual(['libonnxruntime.so.1']);
  });

  test('what a killed installation left is removed, and a marker names nothing outside', async () => {
    mkdirSync(path.join(folder, '.pitwall-gpu-runtime-abc'));
    expect(await removeGpuRuntime(folder)).toEqual(['.pitwall-gpu-runtime-abc']);
    const marker = { name: 'x', version: '1', files: ['..'] };
    writeFileSync(path.join(folder, 'pitwall-gpu-runtime.json'), JSON.stringify(marker));
    expect(await removeGpuRuntime(folder)).toEqual([]);
    expect(files()).toContain('libonnxruntime.so.1');
  });

  test('a provider that another program put there is neither overwritten nor removed', async () => {
    writeFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so'), 'mine');
    await expect(installGpuRuntime(planned())).rejects.toThrow(/was not put there by Pitwall/);
    expect(await removeGpuRuntime(folder)).toEqual([]);
    expect(readFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so'), 'utf8')).toBe('mine');
  });

  test("the validator alone is given the environment's CUDA libraries, and only if the runtime is installed", async () => {
    const lib = path.join(installDir, 'venv/lib/python3.11/site-packages/nvidia/cublas/lib');
    mkdirSync(lib, { recursive: true });
    const python = path.join(installDir, 'venv/bin/python');
    const environment = () => gpuRuntimeEnvironment(installDir, python, { LD_LIBRARY_PATH: '/opt/own' });
    expect(environment()).toEqual({});
    await installGpuRuntime(planned());
    expect(environment().LD_LIBRARY_PATH).toBe(
      `${path.join(installDir, 'venv/bin/../lib')}/python3.11/site-packages/nvidia/cublas/lib:/opt/own`.replace(
        '/bin/..',
        '',
      ),
    );
    expect(process.env.LD_LIBRARY_PATH ?? '').not.toContain('nvidia');
    expect(existsSync(lib)).toBe(true);
  });
});
