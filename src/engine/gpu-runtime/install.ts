import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import { renamePatiently } from '../../run/folder/rename';
import { binaryFolder, type GpuRuntimePlan, onnxruntimeHome } from './install-plan';
import { unzip, upTo } from './unzip';

const zIndex = z.object({ resources: z.array(z.looseObject({ '@id': z.string(), '@type': z.string() })) });
const zLeaf = z.looseObject({ catalogEntry: z.string(), packageContent: z.string() });
const zEntry = z.looseObject({ packageHash: z.string(), packageHashAlgorithm: z.string() });

/** A package as its source describes it. `hash` is a base64 SHA-512 of the whole file. */
type SourcedPackage = { readonly url: string; readonly hash: string };

type DownloadProgress = (receivedBytes: number, totalBytes: number | undefined) => void;
type Download = { readonly onProgress?: DownloadProgress; readonly signal?: AbortSignal };

/** The CUDA provider has 250 MB. */
const MOST_BYTES = 2 * 1024 ** 3;

const MARKER = 'pitwall-gpu-runtime.json';

const zMarker = z.object({
  name: z.string(),
  version: z.string(),
  /** What was put here; exactly this is removed again. */
  files: z.array(z.string().regex(/^[\w.-]+$/)),
  /** Base64 SHA-512 of the package that it came in; absent if an earlier version installed it. */
  sha512: z.string().optional(),
  /** Interpreter whose environment has CUDA, cuBLAS and cuDNN. */
  python: z.string().optional(),
});
export type GpuRuntime = z.infer<typeof zMarker>;

export type InstallOptions = Download & {
  readonly python?: string;
  /**
   * The base64 SHA-512 that the package must have, from elsewhere than its source: a hash from the source itself proves
   * little.
   */
  readonly sha512?: string;
  /** Called before anything is downloaded. */
  readonly onFound?: (found: SourcedPackage) => void;
};

/**
 * Fetches the CUDA provider of the installed onnxruntime and puts it beside onnxruntime's own library: checked, whole,
 * or not at all. Throws one line if it cannot.
 */
export async function installGpuRuntime(
  plan: GpuRuntimePlan,
  options: InstallOptions = {},
): Promise<GpuRuntime> {
  const { folder, files, name, version } = plan;
  const taken = [...files.keys()].filter((file) => existsSync(path.join(folder, file)));
  if (taken.length > 0 && readMarker(folder) === undefined)
    throw new Error(`${path.join(folder, taken[0])} is there already and was not put there by Pitwall`);
  // In the same folder, so that it can be renamed into place.
  const draft = await mkdtemp(path.join(folder, '.pitwall-gpu-runtime-')).catch((error: unknown) => {
    throw new Error(`${folder} cannot be written: ${toError(error).message}`, { cause: error });
  });
  try {
    const { url, hash: sha512 } = await findWanted(plan, options);
    const archive = path.join(draft, 'package.zip');
    await download({ url, hash: sha512 }, archive, options);
    await unzip(archive, new Map([...files].map(([file, inside]) => [inside, path.join(draft, file)])));
    const { python } = options;
    const marker: GpuRuntime = { name, version, files: [...files.keys()], sha512, ...(python && { python }) };
    // The record of it is written first: whatever is interrupted from here on can be undone.
    await writeFile(path.join(folder, MARKER), `${JSON.stringify(marker, undefined, 2)}\n`);
    for (const file of files.keys()) await renamePatiently(path.join(draft, file), path.join(folder, file));
    return marker;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The package at its source, with the hash that it must have. */
async function findWanted(
  { index, name, version }: GpuRuntimePlan,
  { sha512, onFound, signal }: InstallOptions,
): Promise<SourcedPackage> {
  const found = await findPackage(index, { name, version }, signal);
  const wanted = { ...found, hash: sha512 ?? found.hash };
  onFound?.(wanted);
  return wanted;
}

/** Removes what was installed, and nothing else. Returns the files that were there; empty if nothing was installed. */
export async function removeGpuRuntime(folder: string): Promise<readonly string[]> {
  const marker = readMarker(folder);
  if (!marker) return [];
  const there = marker.files.filter((file) => existsSync(path.join(folder, file)));
  for (const file of there) await rm(path.join(folder, file), { force: true });
  await rm(path.join(folder, MARKER), { force: true });
  return there;
}

/** What Pitwall has put beside the onnxruntime that `installDir` uses; undefined unless it is whole. */
export function installedGpuRuntime(installDir: string): GpuRuntime | undefined {
  const home = onnxruntimeHome(installDir);
  const folder = home && binaryFolder(home);
  const marker = folder ? readMarker(folder) : undefined;
  const whole = folder && marker?.files.every((file) => existsSync(path.join(folder, file)));
  return whole ? marker : undefined;
}

function readMarker(folder: string): GpuRuntime | undefined {
  const file = path.join(folder, MARKER);
  if (!existsSync(file)) return undefined;
  const parsed = zMarker.safeParse(parseJson(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** Fetches a package to `file`. Throws one line if the transfer breaks off or the file does not have that hash. */
async function download(
  { url, hash }: SourcedPackage,
  file: string,
  { onProgress, signal }: Download,
): Promise<void> {
  const response = await get(url, signal);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isFinite(length) ? length : undefined;
  const digest = createHash('sha512');
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      received += chunk.length;
      onProgress?.(received, total);
      done(null, chunk);
    },
  });
  if (!response.body) throw new Error(`${url} answered without content`);
  try {
    // fetch's stream and that of node:stream/web are two declarations of one type.
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    const limit = upTo(MOST_BYTES, () => new Error(`more than ${MOST_BYTES} bytes cannot be a runtime`));
    await pipeline(body, count, limit, createWriteStream(file), { signal });
  } catch (error) {
    if (signal?.aborted) throw new Error('cancelled', { cause: error });
    throw new Error(`${url} broke off after ${received} bytes: ${toError(error).message}`, { cause: error });
  }
  const found = digest.digest('base64');
  if (found !== hash)
    throw new Error(
      `${url}: the SHA-512 of ${received} bytes is ${found.slice(0, 12)}..., expected ${hash.slice(0, 12)}...`,
    );
}

/** Asks a NuGet v3 source for one version of a package. Throws one line if it does not have it, or no SHA-512 of it. */
async function findPackage(
  index: string,
  { name, version }: { readonly name: string; readonly version: string },
  signal?: AbortSignal,
): Promise<SourcedPackage> {
  const { resources } = await readJson(index, zIndex, signal);
  const registrations = resources.find(({ '@type': type }) => /^RegistrationsBaseUrl(\/|$)/.test(type));
  if (!registrations) throw new Error(`${index} is not a NuGet v3 source: it lists no registrations`);
  const base = registrations['@id'].replace(/\/?$/, '/');
  const leaf = await readJson(`${base}${name.toLowerCase()}/${version.toLowerCase()}.json`, zLeaf, signal);
  const entry = await readJson(leaf.catalogEntry, zEntry, signal);
  if (entry.packageHashAlgorithm.toUpperCase() !== 'SHA512')
    throw new Error(
      `${name} ${version}: expected a SHA512 hash, the source has ${entry.packageHashAlgorithm}`,
    );
  return { url: leaf.packageContent, hash: entry.packageHash };
}

async function readJson<T>(url: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
  const response = await get(url, signal);
  const parsed = schema.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new Error(`${url}: expected a description of a package`);
  return parsed.data;
}

/** Throws one line if the answer is not a valid one. */
async function get(url: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (signal?.aborted) throw new Error('cancelled', { cause: error });
    const { message, cause } = toError(error);
    throw new Error(`${url} cannot be reached: ${cause ? toError(cause).message : message}`, {
      cause: error,
    });
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  return response;
}
