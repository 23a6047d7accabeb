import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { parseJson } from '../../base/json';
import { providerPlace } from './install-plan';

const MARKER = 'pitwall-gpu-runtime.json';

const zMarker = z.object({
  name: z.string(),
  version: z.string(),
  /** What was put here; exactly this is removed again. */
  files: z.array(z.string().regex(/^(?!\.{1,2}$)[\w.-]+$/)),
  /** Of CUDA; absent if an earlier version installed it, which knew 12 alone. */
  line: z.union([z.literal(12), z.literal(13)]).default(12),
  /** Base64 SHA-512 of the package that it came in; absent if an earlier version installed it. */
  sha512: z.string().optional(),
  /** Interpreter whose environment has CUDA, cuBLAS and cuDNN. */
  python: z.string().optional(),
  /** What that environment lacks was installed here, into a folder of this name. */
  libraries: z.literal('pitwall-cuda').optional(),
});
export type GpuRuntime = z.infer<typeof zMarker>;

export const LIBRARIES_FOLDER = 'pitwall-cuda';

/** What Pitwall has put beside the onnxruntime that `installDir` uses; undefined unless it is whole and of its version. */
export function installedGpuRuntime(installDir: string): GpuRuntime | undefined {
  const place = providerPlace(installDir);
  if (typeof place === 'string') return undefined;
  const marker = readMarker(place.folder);
  const isWhole = marker?.files.every((file) => existsSync(path.join(place.folder, file)));
  return isWhole && marker?.version === place.version ? marker : undefined;
}

export function readMarker(folder: string): GpuRuntime | undefined {
  const file = path.join(folder, MARKER);
  if (!existsSync(file)) return undefined;
  const parsed = zMarker.safeParse(parseJson(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

export const writeMarker = (folder: string, marker: GpuRuntime): Promise<void> =>
  writeFile(path.join(folder, MARKER), `${JSON.stringify(marker, undefined, 2)}\n`);

/** Name of the folder that a package is unpacked in, which one that was killed leaves. */
export const DRAFT_PREFIX = '.pitwall-gpu-runtime-';

/** Removes what was installed, what a killed installation left, and nothing else. Returns what was there. */
export async function removeGpuRuntime(folder: string): Promise<readonly string[]> {
  const drafts = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.startsWith(DRAFT_PREFIX))
    : [];
  for (const name of drafts) await rm(path.join(folder, name), { recursive: true, force: true });
  return [...(await removeInstalled(folder)), ...drafts];
}

/** Without the drafts, of which one may be about to take its place. Empty if nothing was installed. */
export async function removeInstalled(folder: string): Promise<readonly string[]> {
  const marker = readMarker(folder);
  if (!marker) return [];
  const ours = [...marker.files, ...(marker.libraries ? [marker.libraries] : [])];
  const there = ours.filter((name) => existsSync(path.join(folder, name)));
  for (const name of there) await rm(path.join(folder, name), { recursive: true, force: true });
  await rm(path.join(folder, MARKER), { force: true });
  return there;
}
