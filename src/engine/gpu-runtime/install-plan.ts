import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as z from 'zod';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import type { CudaLine } from '../../domain/gpu/cuda-line';

// onnxruntime-node itself says which package holds its CUDA 12 provider, who publishes it, and which files belong beside
// its own library (script/install-metadata.js). Its install script would fetch them at once and unchecked.
const zMetadata = z.object({
  requirements: z.record(z.string(), z.array(z.string())),
  manifests: z.record(z.string(), z.record(z.string(), z.object({ package: z.string(), path: z.string() }))),
  packages: z.record(
    z.string(),
    z.object({ name: z.string(), versions: z.array(z.object({ feed: z.string(), version: z.string() })) }),
  ),
  feeds: z.record(z.string(), z.object({ type: z.string(), index: z.string() })),
});

type Metadata = z.infer<typeof zMetadata>;

/** Who sends the package: a NuGet source, or the index that an environment's pip is configured for. */
export type PackageOrigin =
  | { readonly kind: 'nuget'; readonly index: string }
  | { readonly kind: 'pip'; readonly python: string };

/** What "GPU runtime" is on this machine: the CUDA provider of the installed onnxruntime. */
export type GpuRuntimePlan = {
  readonly name: string;
  readonly version: string;
  readonly line: CudaLine;
  readonly origin: PackageOrigin;
  /** Folder of onnxruntime's own library, in which the loader searches for its providers. */
  readonly folder: string;
  /** Name in `folder` -> path in the package. */
  readonly files: ReadonlyMap<string, string>;
};

const HERE = `${process.platform}-${process.arch}`;

/** Pitwall does not need TensorRT, which is half of the package. */
const WANTED = /providers_(cuda|shared)/;

/** The package for CUDA 12 that onnxruntime-node names. A string with the reason, on one line, if there is none. */
export function gpuRuntimePlan(installDir: string, source?: string): GpuRuntimePlan | string {
  const place = providerPlace(installDir);
  if (typeof place === 'string') return place;
  const metadata = readMetadata(place.home);
  if (typeof metadata === 'string') return metadata;
  const published = publishedFiles(metadata);
  if (!published) return `onnxruntime publishes no CUDA provider for ${HERE}`;
  const { name, version, feed, files } = published;
  const index = source ?? metadata.feeds[feed].index;
  return { name, version, files, line: 12, folder: place.folder, origin: { kind: 'nuget', index } };
}

/** Where onnxruntime-gpu for Python keeps them. There are wheels for Linux and Windows on x64; that of Windows was not tried. */
const IN_WHEEL = 'onnxruntime/capi';

/** The package for CUDA 13: that of Python of the same version, which pip of `python` fetches. */
export function wheelPlan(installDir: string, python: string): GpuRuntimePlan | string {
  const place = providerPlace(installDir);
  if (typeof place === 'string') return place;
  if (HERE !== 'linux-x64') return `onnxruntime publishes no CUDA provider for ${HERE}`;
  const names = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];
  const files = new Map(names.map((name) => [name, `${IN_WHEEL}/${name}`]));
  const { folder, version } = place;
  return { name: 'onnxruntime-gpu', version, files, line: 13, folder, origin: { kind: 'pip', python } };
}

type ProviderPlace = { readonly home: string; readonly folder: string; readonly version: string };

/** The folder that a provider belongs in, and the version that it must have; the reason if this build has no such folder. */
export function providerPlace(installDir: string): ProviderPlace | string {
  const home = onnxruntimeHome(installDir);
  if (home === undefined) return 'this build of Pitwall has no onnxruntime';
  const folder = binaryFolder(home);
  if (folder === undefined) return `onnxruntime has no library for ${HERE}`;
  const manifest = parseJson(readFileSync(path.join(home, 'package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  return { home, folder, version };
}

/** What doctor says of a runtime that is not installed: how it is, or why it cannot be. */
export function whyNoGpuRuntime(installDir: string): string {
  const plan = gpuRuntimePlan(installDir);
  return typeof plan === 'string' ? plan : 'not installed (pitwall gpu-runtime install)';
}

function publishedFiles({ requirements, manifests, packages }: Metadata) {
  const platform = `${process.platform}/${process.arch}`;
  const [variant] = requirements[platform] ?? [];
  const entries = Object.entries(manifests[`${platform}:${variant}`] ?? {});
  const wanted = entries.filter(([file]) => WANTED.test(file));
  const found = wanted.length > 0 ? packages[wanted[0][1].package] : undefined;
  if (!found?.versions[0]) return undefined;
  const files = new Map(wanted.map(([file, { path: inside }]) => [path.basename(file), inside]));
  return { name: found.name, ...found.versions[0], files };
}

/** Folder of the package onnxruntime-node that the validator of `installDir` loads. */
function onnxruntimeHome(installDir: string): string | undefined {
  try {
    const main = createRequire(path.join(installDir, 'validator.js')).resolve('onnxruntime-node');
    let folder = path.dirname(main);
    while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
    return folder;
  } catch {
    return undefined;
  }
}

function binaryFolder(home: string): string | undefined {
  const bin = path.join(home, 'bin');
  const api = existsSync(bin) ? readdirSync(bin).find((name) => name.startsWith('napi-')) : undefined;
  const folder = api === undefined ? undefined : path.join(bin, api, process.platform, process.arch);
  return folder !== undefined && existsSync(folder) ? folder : undefined;
}

function readMetadata(home: string): Metadata | string {
  const file = path.join(home, 'script/install-metadata.js');
  if (!existsSync(file)) return `onnxruntime in ${home} does not name the source of its CUDA provider`;
  try {
    const parsed = zMetadata.safeParse(createRequire(file)(file));
    return parsed.success ? parsed.data : `${file} has another form than this version of Pitwall knows`;
  } catch (error) {
    return `${file} cannot be read: ${toError(error).message}`;
  }
}
