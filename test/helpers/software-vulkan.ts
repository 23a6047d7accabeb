import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe } from 'vitest';
import { repositoryRoot } from './shared';

/** Environment for a process that is to run WebGPU without a GPU: a Vulkan driver that computes on the CPU. */
export type SoftwareVulkan = { readonly env: Readonly<Record<string, string>> };

const DRIVER = 'vk_swiftshader_icd.json';
const SYSTEM_FOLDERS = ['/usr/lib/chromium', '/usr/lib/chromium-browser'];
const LOADERS = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib64/libvulkan.so.1'];

/** The driver and loader in the npm package @sparticuz/chromium, else the system's; undefined if there is none. */
export function findSoftwareVulkan(): SoftwareVulkan | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const own = unpackDriver();
  const folder = own ?? systemDriver();
  if (folder === undefined) return undefined;
  const libraries = [own, process.env.LD_LIBRARY_PATH].filter((part) => part !== undefined);
  const env = { VK_ICD_FILENAMES: path.join(folder, DRIVER), LD_LIBRARY_PATH: libraries.join(':') };
  return { env };
}

function systemDriver(): string | undefined {
  if (!LOADERS.some((file) => existsSync(file))) return undefined;
  return SYSTEM_FOLDERS.find((folder) => existsSync(path.join(folder, DRIVER)));
}

/** Unpacks the package's archive once, into the repository's cache folder. */
function unpackDriver(): string | undefined {
  const home = path.join(repositoryRoot, 'node_modules/@sparticuz/chromium');
  const archive = path.join(home, 'bin/swiftshader.tar.br');
  if (!existsSync(archive)) return undefined;
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = path.join(repositoryRoot, '.cache', `software-vulkan-${version}`);
  if (existsSync(path.join(folder, DRIVER))) return folder;
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(path.join(fresh, 'driver.tar'), brotliDecompressSync(readFileSync(archive)));
  const unpacked = spawnSync('tar', ['-xf', 'driver.tar'], { cwd: fresh });
  if (unpacked.status !== 0) return undefined;
  rmSync(path.join(fresh, 'driver.tar'));
  if (existsSync(folder)) rmSync(fresh, { recursive: true });
  else renameSync(fresh, folder);
  return folder;
}

/** A suite that needs WebGPU: without a driver it fails in continuous integration, and is skipped aloud elsewhere. */
export function describeWithSoftwareVulkan(name: string, suite: (vulkan: SoftwareVulkan) => void): void {
  const vulkan = findSoftwareVulkan();
  if (vulkan) {
    describe(name, () => suite(vulkan));
    return;
  }
  const reason = 'no software Vulkan: install the packages of package.json, or chromium and libvulkan1';
  if (process.env.CI === 'true') throw new Error(`${name}: ${reason}`);
  console.warn(`SKIPPED (${reason}): ${name}`);
  describe.skip(name, () => suite({ env: {} }));
}
