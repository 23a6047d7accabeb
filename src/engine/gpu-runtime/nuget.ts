import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { toError } from '../../base/async';
import { upTo } from './unzip';

const zIndex = z.object({ resources: z.array(z.looseObject({ '@id': z.string(), '@type': z.string() })) });
const zLeaf = z.looseObject({ catalogEntry: z.string(), packageContent: z.string() });
const zEntry = z.looseObject({ packageHash: z.string(), packageHashAlgorithm: z.string() });

/** A package as its source describes it. `hash` is a base64 SHA-512 of the whole file. */
export type SourcedPackage = { readonly url: string; readonly hash: string };

type DownloadProgress = (receivedBytes: number, totalBytes: number | undefined) => void;
export type Download = { readonly onProgress?: DownloadProgress; readonly signal?: AbortSignal };

/** The CUDA provider has 250 MB. */
const MOST_BYTES = 2 * 1024 ** 3;

/** Fetches a package to `file`. Throws one line if the transfer breaks off or the file does not have that hash. */
export async function download(
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
export async function findPackage(
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
