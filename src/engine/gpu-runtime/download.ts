import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toError } from '../../base/async';
import { get, type SourcedPackage } from './package-source';
import { upTo } from './unzip';

export type DownloadProgress = (receivedBytes: number, totalBytes: number | undefined) => void;
export type Download = { readonly onProgress?: DownloadProgress; readonly signal?: AbortSignal };

/** The CUDA provider has 250 MB. */
const MOST_BYTES = 2 * 1024 ** 3;

/** Fetches a package to `file`. Throws one line where it breaks off or is not the file that the hash is of. */
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
    // The type of fetch's stream and that of node:stream/web are two declarations of one thing.
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    const limit = upTo(MOST_BYTES, () => new Error(`more than ${MOST_BYTES} bytes are no runtime`));
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
