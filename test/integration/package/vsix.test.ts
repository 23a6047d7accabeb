import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATISTICS_PAGE } from '../../../src/domain/display/statistics-page';
import { readZip, type ZipEntry } from '../../helpers/read-zip';
import { repositoryRoot } from '../../helpers/shared';

const own = `${process.platform}-${process.arch}`;
const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-vsix-'));
const MEGABYTE = 1e6;

function pack(target: string): { file: string; entries: ZipEntry[] } {
  const script = `import('./src/build/package.mjs').then((m) => m.packageTarget(${JSON.stringify(target)}, ${JSON.stringify(folder)}))`;
  execFileSync(process.execPath, ['-e', script], { cwd: repositoryRoot, stdio: 'pipe' });
  const file = path.join(folder, `pitwall-${target}-0.1.0.vsix`);
  return { file, entries: readZip(file) };
}

/** The page of the extension as it is for a repository at this address. */
function pageAt(repository: string): string {
  const script = `import('./src/build/package.mjs').then(async (m) => {
    const { readFileSync } = await import('node:fs');
    process.stdout.write(m.extensionPage(readFileSync('docs/extension-page.md', 'utf8'), ${JSON.stringify(repository)}));
  })`;
  return execFileSync(process.execPath, ['-e', script], { cwd: repositoryRoot, encoding: 'utf8' });
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles and natives on their own, in a place without a node_modules above; returns the command line's bundle. */
function unpack(entries: readonly ZipEntry[]): string {
  const place = mkdtempSync(path.join(folder, 'unpacked-'));
  for (const entry of entries.filter((e) => e.name.startsWith('extension/dist/') && !e.name.endsWith('/'))) {
    const file = path.join(place, entry.name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, entry.read());
  }
  return path.join(place, 'extension/dist/cli.js');
}

const namesOf = (entries: readonly ZipEntry[]): string[] =>
  entries.map((e) => e.name.replace(/^extension\//, '')).filter((name) => !name.startsWith('['));

describe.skipIf(own !== 'linux-x64')('the VSIX of this machine', () => {
  let vsix: ReturnType<typeof pack>;
  beforeAll(() => {
    vsix = pack(own);
  });

  it('holds bundles, pages, languages and pictures, and nothing else of the repository', () => {
    const names = namesOf(vsix.entries);
    for (const name of [
      'dist/extension.js',
      'dist/keeper.js',
      'dist/trainer.js',
      'dist/validator.js',
      'dist/panel.js',
      'dist/panel.css',
      'dist/side.js',
      'dist/web-tree-sitter.wasm',
      'dist/tree-sitter-python.wasm',
      'media/l10n/bundle.l10n.zh-cn.json',
      'package.nls.zh-cn.json',
      'media/pitwall.svg',
      STATISTICS_PAGE,
    ]) {
      expect(names).toContain(name);
    }
    const allowed =
      /^(package(\.nls(\.zh-cn)?)?\.json|readme\S*\.md|changelog\.md|LICENSE\S*|docs\/statistics\.md|media\/|dist\/|extension\.vsixmanifest)/i;
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
    expect(
      names.filter((name) =>
        /\.(map|ts|pyc)$|(^|\/)(test|src)\//.test(name.replace(/^dist\/ultralytics\//, '')),
      ),
    ).toEqual([]);
  });

  it('holds every file that its manifest names', () => {
    const names = new Set(namesOf(vsix.entries));
    const manifest =
      vsix.entries
        .find(({ name }) => name === 'extension/package.json')
        ?.read()
        .toString() ?? '';
    const named = [...manifest.matchAll(/"\.?\/?((?:media|dist)\/[^"*]+\.\w+)"/g)].map(([, file]) => file);
    expect(named).toContain('media/pitwall-experiment.schema.json');
    expect(named.filter((file) => !names.has(file))).toEqual([]);
  });

  it('holds every file that the extension loads later on', () => {
    const texts = new Map(
      vsix.entries
        .filter(({ name }) => /^extension\/dist\/(cli|extension|chunks\/.+)\.js$/.test(name))
        .map(({ name, read }) => [path.basename(name), read().toString()]),
    );
    const needed = [...texts.values()].flatMap((text) =>
      [...text.matchAll(/require\("\.{1,2}\/([^"]+)"\)/g)].map((match) => path.basename(match[1])),
    );
    expect(new Set(needed).size).toBeGreaterThan(5);
    expect(needed.filter((name) => !texts.has(name))).toEqual([]);
  });

  it('has a page of its own, without commands of npm, dead links and pictures that are never shown', async () => {
    const page =
      vsix.entries
        .find(({ name }) => name.toLowerCase() === 'extension/readme.md')
        ?.read()
        .toString() ?? '';
    expect(page).toMatch(/^# Pitwall\n/);
    expect(page).toContain('New Example Experiment');
    expect(page).not.toMatch(/npm|\]\((?!https:)/);
    expect(namesOf(vsix.entries).filter((name) => name.startsWith('media/tour'))).toEqual([]);
  });

  it('shows pictures and links of the repository once that has an address', () => {
    const published = pageAt('git+https://example.org/o/r.git');
    const targets = [...published.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target);
    expect(targets).toContain('https://example.org/o/r/raw/HEAD/media/tour/dashboard.png');
    expect(targets).toContain('https://example.org/o/r/blob/HEAD/docs/vscode.md');
    expect(targets.filter((target) => !target.startsWith('https://example.org/o/r/'))).toEqual([]);
  });

  it('carries the natives of its own target only', () => {
    const natives = namesOf(vsix.entries).filter((name) => /\.(node|so(\.\d+)*|dll|dylib)$/.test(name));
    expect(natives.some((name) => name.includes('onnxruntime'))).toBe(true);
    expect(natives.some((name) => name.includes('sharp'))).toBe(true);
    expect(natives.filter((name) => /darwin|win32|arm64|musl/.test(name))).toEqual([]);
  });

  it('is of a bearable size', () => {
    expect(statSync(vsix.file).size).toBeLessThan(40 * MEGABYTE);
  });

  it('runs from where it lies, without the repository', () => {
    const place = mkdtempSync(path.join(os.tmpdir(), 'pitwall-unpacked-'));
    for (const entry of vsix.entries.filter(
      (e) => e.name.startsWith('extension/dist/') && !e.name.endsWith('/'),
    )) {
      const file = path.join(place, entry.name);
      execFileSync('mkdir', ['-p', path.dirname(file)]);
      spawnSync('tee', [file], { input: entry.read(), stdio: ['pipe', 'ignore', 'inherit'] });
    }
    const cli = path.join(place, 'extension/dist/cli.js');
    const report = JSON.parse(
      execFileSync(process.execPath, [cli, 'doctor', '--json'], { encoding: 'utf8' }),
    );
    const cpu = report.devices.find((d: { provider: string }) => d.provider === 'cpu');
    expect(cpu).toMatchObject({ available: true });
    rmSync(place, { recursive: true, force: true });
  });
});

/** Made here with natives from the registry; without one they cannot be. */
const others = ['linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'].filter((target) => target !== own);

describe.each(others)('the VSIX for %s', (target) => {
  it('carries the natives of its own target only, in their own form', ({ skip }) => {
    const packed = tryPack(target);
    if (typeof packed === 'string') return skip(`not made: ${packed}`);
    const [os_, cpu] = target.split('-');
    const isNative = (name: string): boolean => /\.(node|so(\.\d+)*|dll|dylib)$/.test(name);
    const natives = packed.entries.filter(({ name }) => isNative(name));
    for (const name of ['onnxruntime_binding.node', `sharp-${target}`])
      expect(natives.some((entry) => entry.name.includes(name))).toBe(true);
    const strange = others.concat(own).filter((other) => other !== target);
    const ofOthers = (name: string): boolean =>
      strange.some((other) => name.includes(other) || name.includes(`/${other.replace('-', '/')}/`));
    expect(natives.map(({ name }) => name).filter(ofOthers)).toEqual([]);
    const formats = natives.map((entry) => formatOf(entry.read()));
    expect(new Set(formats)).toEqual(new Set([`${FORMATS[os_]} ${cpu}`]));
    expect(statSync(packed.file).size).toBeLessThan(60 * MEGABYTE);
  });
});

const FORMATS: Readonly<Record<string, string>> = { linux: 'ELF', darwin: 'Mach-O', win32: 'PE' };

/** By the heads of ELF, Mach-O and PE files: what their first bytes are and where the machine's number is. */
function formatOf(bytes: Buffer): string {
  if (bytes.readUInt32BE(0) === 0x7f454c46) return `ELF ${cpuOf(bytes.readUInt16LE(18))}`;
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return `Mach-O ${cpuOf(bytes.readUInt32LE(4))}`;
  const head = bytes.readUInt32LE(0x3c);
  return bytes.toString('latin1', head, head + 2) === 'PE'
    ? `PE ${cpuOf(bytes.readUInt16LE(head + 4))}`
    : '?';
}

const CPUS = new Map([
  [0x3e, 'x64'],
  [0x8664, 'x64'],
  [0xb7, 'arm64'],
  [0xaa64, 'arm64'],
  [0x0100000c, 'arm64'],
]);
const cpuOf = (machine: number): string => CPUS.get(machine) ?? String(machine);

/** A string if the registry does not answer. */
function tryPack(target: string): ReturnType<typeof pack> | string {
  try {
    return pack(target);
  } catch (error) {
    const text = String((error as { stderr?: Buffer }).stderr ?? error);
    if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/.test(text)) return text.slice(-300);
    throw error;
  }
}

describe('the VSIX for every other machine', () => {
  it('has no native at all and stays small', () => {
    const { file, entries } = pack('universal');
    expect(namesOf(entries).filter((name) => name.startsWith('dist/node_modules/'))).toEqual([]);
    expect(namesOf(entries)).toContain('dist/extension.js');
    expect(statSync(file).size).toBeLessThan(8 * MEGABYTE);
  });

  it('says why it cannot validate', () => {
    const cli = unpack(pack('universal').entries);
    const { stdout, stderr } = spawnSync(process.execPath, [cli, 'doctor'], { encoding: 'utf8' });
    expect(stdout + stderr).toContain(`this build of Pitwall has no onnxruntime-node, sharp for ${own}`);
  });
});
