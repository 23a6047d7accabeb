import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { freemem, platform, totalmem } from 'node:os';
import path from 'node:path';
import type { Room } from '../domain/run/monitors/rule';

/** Space that a process of an ordinary user may still take on the disk of a folder; undefined if the system does not report it. */
export function diskRoom(folder: string): Room | undefined {
  try {
    const { bsize, bavail, blocks } = statfsSync(folder);
    // Some network drives report nothing.
    return blocks > 0 ? { free: bavail * bsize, total: blocks * bsize } : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes that a cache or a batch may be made of; whatever the system reports, if it does not report what is left. */
export function freeMemory(): number {
  return memoryRoom()?.free ?? process.availableMemory?.() ?? freemem();
}

/**
 * Memory that this process and its children may still take: that of the container with the least left, if one has a limit,
 * else that of the machine. macOS counts what it would give back as used, so there is no answer. `root`: of the file system.
 */
export function memoryRoom(root = '/'): Room | undefined {
  if (platform() === 'win32') return { free: freemem(), total: totalmem() };
  const machine = machineMemory(root);
  if (!machine) return undefined;
  const limited = groupsOf(root).flatMap((group) => groupRoom(group) ?? []);
  // A limit above the machine's memory is none.
  const rooms = [machine, ...limited.filter(({ total }) => total < machine.total)];
  return rooms.reduce((least, room) => (room.free < least.free ? room : least));
}

function machineMemory(root: string): Room | undefined {
  const text = read(path.join(root, 'proc/meminfo'));
  const of = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
  const [free, total] = [of('MemAvailable'), of('MemTotal')];
  return Number.isFinite(free) && Number.isFinite(total) ? { free, total } : undefined;
}

/** Files of a memory control group: version 2, or 1. */
type ControlGroup = { readonly folder: string; readonly version: 1 | 2 };

/** The control groups that this process is in, from its own to the topmost: each may have a limit. */
function groupsOf(root: string): ControlGroup[] {
  const lines = read(path.join(root, 'proc/self/cgroup')).split('\n');
  return lines.flatMap((line) => {
    const [, controllers = '', own = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const top = path.join(root, 'sys/fs/cgroup');
    if (controllers === '') return foldersOf(top, own, 2);
    return controllers.split(',').includes('memory') ? foldersOf(path.join(top, 'memory'), own, 1) : [];
  });
}

/** In a container the path may be that of the host: then only the topmost folder exists, which is the container's. */
const foldersOf = (top: string, own: string, version: ControlGroup['version']): ControlGroup[] =>
  upwards(own).map((part) => ({ folder: path.join(top, part), version }));

function upwards(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '..');
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/')).concat('');
}

/** What is in use is less the file pages that are given back on demand; `memory.current` alone would count the whole page cache. */
function groupRoom({ folder, version }: ControlGroup): Room | undefined {
  const names =
    version === 2
      ? { limit: 'memory.max', used: 'memory.current', cache: 'inactive_file' }
      : { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', cache: 'total_inactive_file' };
  const number = (name: string): number => Number.parseInt(read(path.join(folder, name)), 10);
  const [total, used] = [number(names.limit), number(names.used)];
  if (!(total > 0) || !Number.isFinite(used)) return undefined;
  const cache = new RegExp(`^${names.cache} (\\d+)`, 'm').exec(read(path.join(folder, 'memory.stat')))?.[1];
  return { free: Math.max(0, total - used + Number(cache ?? 0)), total };
}

/** Empty if there is no such file. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const SOFTWARE_DRIVER = /swiftshader|lavapipe|lvp_icd|llvmpipe/i;

/**
 * Whether a WebGPU adapter here could only be a software one. onnxruntime for Node has no query for the adapter, so
 * this is read from the system: the Vulkan driver that the environment names, and on Linux the device nodes without
 * which no driver of a real card works (/dev/dxg is WSL's). Elsewhere a graphics adapter is part of the system.
 */
export function isSoftwareGpu(env: NodeJS.ProcessEnv = process.env): boolean {
  const drivers = `${env.VK_ICD_FILENAMES ?? ''} ${env.VK_DRIVER_FILES ?? ''}`;
  return SOFTWARE_DRIVER.test(drivers) || !hasGpuHardware();
}

function hasGpuHardware(): boolean {
  if (process.platform !== 'linux') return true;
  const nodes = [...listed('/dev/dri'), ...listed('/dev').filter((name) => /^nvidia\d+$/.test(name))];
  return nodes.some((name) => /^(renderD|nvidia)\d+$/.test(name)) || existsSync('/dev/dxg');
}

function listed(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
