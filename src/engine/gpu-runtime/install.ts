import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { toError } from '../../base/async';
import { diskRoom } from '../../dataset/machine-room';
import { formatBytes } from '../../domain/display/format';
import { renamePatiently } from '../../run/folder/rename';
import type { GpuRuntimePlan } from './install-plan';
import {
  DRAFT_PREFIX,
  type GpuRuntime,
  LIBRARIES_FOLDER,
  readMarker,
  removeInstalled,
  writeMarker,
} from './marker';
import { type Download, download, findPackage, type SourcedPackage } from './nuget';
import { fetchWheel, installLibraries, type PipOptions } from './pip';
import { unzip } from './unzip';

export type InstallOptions = Download &
  PipOptions & {
    /** Interpreter whose environment has CUDA, cuBLAS and cuDNN. */
    readonly python?: string;
    /** What pip of `python` must install beside the provider, as that environment lacks it. */
    readonly requirements?: readonly string[];
    /**
     * The base64 SHA-512 that the package must have, from elsewhere than its source: a hash from the source itself proves
     * little.
     */
    readonly sha512?: string;
    /** Called before a package of NuGet is downloaded. */
    readonly onFound?: (found: SourcedPackage) => void;
  };

/** Package and what is taken out of it: 250 MB and 275 MB for CUDA 13, up to 300 and 450 MB for 12. */
const PROVIDER_BYTES = 750e6;
/** cuBLAS and cuDNN have 600 MB each; pip keeps package and content at once. */
const LIBRARY_BYTES = 4e9;

/**
 * Fetches the CUDA provider of the installed onnxruntime and puts it beside onnxruntime's own library: checked, whole,
 * or not at all. Throws one line if it cannot.
 */
export async function installGpuRuntime(
  plan: GpuRuntimePlan,
  options: InstallOptions = {},
): Promise<GpuRuntime> {
  const { folder, files, name, version, line } = plan;
  checkPlace(plan, options);
  // In the same folder, so that it can be renamed into place.
  const draft = await mkdtemp(path.join(folder, DRAFT_PREFIX)).catch((error: unknown) => {
    throw new Error(`${folder} cannot be written: ${toError(error).message}`, { cause: error });
  });
  try {
    const { file, sha512 } = await fetchPackage(plan, draft, options);
    await unzip(file, new Map([...files].map(([own, inside]) => [inside, path.join(draft, own)])));
    await rm(file);
    const libraries = await addLibraries(draft, options);
    const own = { name, version, files: [...files.keys()], line, sha512, ...libraries };
    const { python } = options;
    const marker: GpuRuntime = { ...own, ...(python && { python }) };
    await removeInstalled(folder);
    // The record of it is written first: whatever is interrupted from here on can be undone.
    await writeMarker(folder, marker);
    for (const made of [...files.keys(), ...(libraries.libraries ? [LIBRARIES_FOLDER] : [])])
      await renamePatiently(path.join(draft, made), path.join(folder, made));
    return marker;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Refuses what would be overwritten, and a disk that it does not fit on. */
function checkPlace({ folder, files }: GpuRuntimePlan, { requirements = [] }: InstallOptions): void {
  const taken = [...files.keys()].filter((file) => existsSync(path.join(folder, file)));
  if (taken.length > 0 && readMarker(folder) === undefined)
    throw new Error(`${path.join(folder, taken[0])} is there already and was not put there by Pitwall`);
  const needed = PROVIDER_BYTES + (requirements.length > 0 ? LIBRARY_BYTES : 0);
  const room = diskRoom(folder);
  if (room && room.free < needed)
    throw new Error(`${folder} has ${formatBytes(room.free)} left, ${formatBytes(needed)} are needed`);
}

type FetchedPackage = { readonly file: string; readonly sha512: string };

async function fetchPackage(
  plan: GpuRuntimePlan,
  draft: string,
  options: InstallOptions,
): Promise<FetchedPackage> {
  const { origin, name, version } = plan;
  const { sha512, onFound, signal } = options;
  if (origin.kind === 'pip')
    return fetchWheel(draft, { python: origin.python, name, version, ...(sha512 && { sha512 }) }, options);
  const found = await findPackage(origin.index, { name, version }, signal);
  const wanted = { ...found, hash: sha512 ?? found.hash };
  onFound?.(wanted);
  const file = path.join(draft, 'package.zip');
  await download(wanted, file, options);
  return { file, sha512: wanted.hash };
}

/** The libraries that the environment lacks, in a folder of the draft. */
async function addLibraries(
  draft: string,
  { python, requirements = [], ...options }: InstallOptions,
): Promise<Pick<GpuRuntime, 'libraries'>> {
  if (requirements.length === 0 || python === undefined) return {};
  const target = path.join(draft, LIBRARIES_FOLDER);
  await installLibraries(draft, { python, requirements }, { ...options, target });
  return { libraries: LIBRARIES_FOLDER };
}
