import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { toError } from '../../base/async';
import { parseJson } from '../../base/json';
import { type Download, download } from './download';
import { binaryFolder, type GpuRuntimePlan, onnxruntimeHome } from './install-plan';
import { findPackage } from './package-source';
import { unzip } from './unzip';

const MARKER = 'pitwall-gpu-runtime.json';

const zMarker = z.object({
  name: z.string(),
  version: z.string(),
  /** What was put here; exactly this is removed again. */
  files: z.array(z.string().regex(/^[\w.-]+$/)),
  /** Interpreter whose environment has CUDA, cuBLAS and cuDNN. */
  python: z.string().optional(),
});
export type GpuRuntime = z.infer<typeof zMarker>;

export type InstallOptions = Download & {
  readonly python?: string;
  /** The base64 SHA-512 that the package must have, from elsewhere than its source: that one's own word proves little. */
  readonly sha512?: string;
};

/**
 * Fetches the CUDA provider of the installed onnxruntime and puts it beside onnxruntime's own library: checked, whole, or not
 * at all. Throws one line where it cannot.
 */
export async function installGpuRuntime(
  plan: GpuRuntimePlan,
  options: InstallOptions = {},
): Promise<GpuRuntime> {
  const { folder, files, name, version } = plan;
  const taken = [...files.keys()].filter((file) => existsSync(path.join(folder, file)));
  if (taken.length > 0 && readMarker(folder) === undefined)
    throw new Error(`${path.join(folder, taken[0])} is there already and was not put there by Pitwall`);
  // In the same folder, so that what was made there can be renamed into place.
  const draft = await mkdtemp(path.join(folder, '.pitwall-gpu-runtime-')).catch((error: unknown) => {
    throw new Error(`${folder} cannot be written: ${toError(error).message}`, { cause: error });
  });
  try {
    const found = await findPackage(plan.index, { name, version }, options.signal);
    const archive = path.join(draft, 'package.zip');
    await download({ ...found, hash: options.sha512 ?? found.hash }, archive, options);
    await unzip(archive, new Map([...files].map(([file, inside]) => [inside, path.join(draft, file)])));
    const { python } = options;
    const marker: GpuRuntime = { name, version, files: [...files.keys()], ...(python && { python }) };
    // First the word about it: whatever is torn off from here on can be undone.
    await writeFile(path.join(folder, MARKER), `${JSON.stringify(marker, undefined, 2)}\n`);
    for (const file of files.keys()) await rename(path.join(draft, file), path.join(folder, file));
    return marker;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Removes what was installed, and nothing else. Answers the files that were there; none where nothing was installed. */
export async function removeGpuRuntime(folder: string): Promise<readonly string[]> {
  const marker = readMarker(folder);
  if (!marker) return [];
  const there = marker.files.filter((file) => existsSync(path.join(folder, file)));
  for (const file of there) await rm(path.join(folder, file), { force: true });
  await rm(path.join(folder, MARKER), { force: true });
  return there;
}

/** What Pitwall has put beside the onnxruntime that `installDir` uses; undefined where that is nothing whole. */
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
