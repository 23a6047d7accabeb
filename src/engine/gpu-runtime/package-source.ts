import * as z from 'zod';
import { toError } from '../../base/async';

const zIndex = z.object({ resources: z.array(z.looseObject({ '@id': z.string(), '@type': z.string() })) });
const zLeaf = z.looseObject({ catalogEntry: z.string(), packageContent: z.string() });
const zEntry = z.looseObject({ packageHash: z.string(), packageHashAlgorithm: z.string() });

/** A package as its source describes it. `hash` is a base64 SHA-512 of the whole file. */
export type SourcedPackage = { readonly url: string; readonly hash: string };

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
export async function get(url: string, signal?: AbortSignal): Promise<Response> {
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
