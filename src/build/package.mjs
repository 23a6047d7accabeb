// Packages the extension: one VSIX per target with only that target's natives, and one without any.
// Usage: node package.mjs            for this machine
//        node package.mjs TARGET...  such as win32-x64, or `universal` for the one without natives
//        node package.mjs --all
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';

const root = path.resolve(import.meta.dirname, '../..');

/** VS Code's target -> platform, architecture and libc as npm calls them. onnxruntime has no macOS x64 binary. */
export const TARGETS = {
  'linux-x64': { os: 'linux', cpu: 'x64', libc: 'glibc' },
  'linux-arm64': { os: 'linux', cpu: 'arm64', libc: 'glibc' },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64' },
  'win32-x64': { os: 'win32', cpu: 'x64' },
  'win32-arm64': { os: 'win32', cpu: 'arm64' },
};
export const UNIVERSAL = 'universal';

/** The content of a VSIX besides the natives; .vscodeignore admits the same and nothing else. */
const CONTENT = [
  'package.json',
  'package.nls.json',
  'package.nls.zh-cn.json',
  'CHANGELOG.md',
  'LICENSE',
  '.vscodeignore',
  'docs/statistics.md',
  'media',
];
/** Bundles, pages and Python sources; no source maps, no notes of the build. */
const isShipped = (file) =>
  !/\.map$|meta\.json$|\.inputs$|scratch|__pycache__|\.pyc$/.test(path.basename(file));

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const installed = (name) => path.join(root, 'node_modules', name);

function copy(from, to, filter = () => true) {
  cpSync(from, to, { recursive: true, filter });
}

function stage(target, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of CONTENT) {
    const from = path.join(root, name);
    if (existsSync(from)) copy(from, path.join(folder, name));
  }
  const { repository } = readJson(path.join(root, 'package.json'));
  const page = readFileSync(path.join(root, PAGE), 'utf8');
  writeFileSync(path.join(folder, 'README.md'), extensionPage(page, repository?.url ?? repository));
  copy(path.join(root, 'dist'), path.join(folder, 'dist'), isShipped);
  trimManifest(path.join(folder, 'package.json'));
  if (target !== UNIVERSAL) stageNatives(TARGETS[target], path.join(folder, 'dist/node_modules'));
}

/** What the Extensions view and the Marketplace show of the extension: not the repository's README, which is for those who clone it. */
const PAGE = 'docs/extension-page.md';

/**
 * Both show pictures of https addresses only, of an installed extension too, and open no other links. So pictures and links of
 * the page lead to the repository; while that has no address, the page has neither, nor its last section, which is links.
 * @param {string} text @param {string | undefined} repository
 */
export function extensionPage(text, repository) {
  const picture = /^!\[([^\]]*)\]\(([^):]+)\)\n\n?/gm;
  if (!repository) return text.replace(picture, '').replace(/\n## More\n[\s\S]*$/, '');
  const base = repository.replace(/^git\+/, '').replace(/\.git$/, '');
  const at = (kind, file) => `${base}/${kind}/HEAD/${path.posix.join(path.posix.dirname(PAGE), file)}`;
  return text
    .replace(picture, (_, alt, file) => `![${alt}](${at('raw', file)})\n\n`)
    .replace(/(?<!!)\[([^\]]*)\]\(([^):]+)\)/g, (_, words, file) => `[${words}](${at('blob', file)})`);
}

/** Scripts and development dependencies are of no use to users. */
function trimManifest(file) {
  const {
    scripts: _scripts,
    // Those of the npm package: vsce takes .vscodeignore.
    files: _files,
    devDependencies: _dev,
    allowScripts: _allow,
    private: _private,
    ...manifest
  } = readJson(file);
  writeFileSync(file, JSON.stringify({ ...manifest, dependencies: {} }, null, 2));
}

/** Beside the bundles: their `require` searches there first. */
function stageNatives(target, folder) {
  stageOnnxruntime(target, folder);
  for (const name of ['sharp', '@img/colour', 'detect-libc', 'semver']) stagePackage(name, folder);
  for (const name of sharpBinaries(target)) stageBinary(name, target, folder);
}

function stageOnnxruntime({ os, cpu }, folder) {
  const binaries = path.join('bin', 'napi-v6', os, cpu);
  const from = installed('onnxruntime-node');
  if (!existsSync(path.join(from, binaries)))
    throw new Error(`onnxruntime-node has no binary for ${os}-${cpu}`);
  const to = path.join(folder, 'onnxruntime-node');
  for (const part of ['package.json', 'dist', binaries, ...PUBLISHED])
    copy(path.join(from, part), path.join(to, part), isRuntime);
  stagePackage('onnxruntime-common', folder);
}

/** The address at which onnxruntime publishes its CUDA provider: Install GPU Runtime uses it. */
const PUBLISHED = ['script/install-metadata.js', 'script/install-metadata-versions.js'];

/** No sources, types, maps and notes. */
const isRuntime = (file) => !/\.(map|md|ts|mts|cts)$|[\\/](src|install|script|esm)$/.test(file);

function stagePackage(name, folder) {
  copy(installed(name), path.join(folder, name), isRuntime);
}

/** sharp's own name of a platform, and the library it needs; both are optional dependencies of sharp. */
function sharpBinaries({ os, cpu }) {
  const optional = readJson(path.join(installed('sharp'), 'package.json')).optionalDependencies;
  const wanted = [`@img/sharp-${os}-${cpu}`, `@img/sharp-libvips-${os}-${cpu}`];
  return wanted.filter((name) => name in optional);
}

/** From node_modules if it is this machine's, else from the registry in the very version that sharp names. */
function stageBinary(name, { os, cpu, libc }, folder) {
  const version = readJson(path.join(installed('sharp'), 'package.json')).optionalDependencies[name];
  if (existsSync(installed(name))) {
    stagePackage(name, folder);
    return;
  }
  const cache = path.join(root, '.cache/natives', `${os}-${cpu}`);
  mkdirSync(cache, { recursive: true });
  writeFileSync(path.join(cache, 'package.json'), '{ "private": true }\n');
  const args = [
    'install',
    // Else npm refuses a package that is named for another platform, whatever --os and --cpu say.
    '--force',
    '--ignore-scripts',
    '--no-fund',
    '--no-audit',
    '--loglevel=error',
    `--os=${os}`,
    `--cpu=${cpu}`,
  ];
  if (libc) args.push(`--libc=${libc}`);
  const result = spawnSync('npm', [...args, `${name}@${version}`], {
    cwd: cache,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) throw new Error(`${name}@${version} could not be fetched:\n${result.stderr}`);
  copy(path.join(cache, 'node_modules', name), path.join(folder, name), isRuntime);
}

/** @returns {Promise<string>} the VSIX; the bundles must be fresh */
export async function packageTarget(target, outDir = root) {
  if (target !== UNIVERSAL && !(target in TARGETS)) {
    throw new Error(`no target ${target}; there are ${[...Object.keys(TARGETS), UNIVERSAL].join(', ')}`);
  }
  // Two suites package at once.
  const folder = path.join(root, '.cache/vsix', `${target}-${process.pid}`);
  stage(target, folder);
  const { name, version } = readJson(path.join(root, 'package.json'));
  const packagePath = path.join(outDir, `${name}-${target}-${version}.vsix`);
  await createVSIX({
    cwd: folder,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
    skipLicense: false,
    ...(target === UNIVERSAL ? {} : { target }),
  });
  rmSync(folder, { recursive: true, force: true });
  return packagePath;
}

function targetsOf(args) {
  if (args.includes('--all')) return [...Object.keys(TARGETS), UNIVERSAL];
  if (args.length > 0) return args;
  const own = `${process.platform}-${process.arch}`;
  return [own in TARGETS ? own : UNIVERSAL];
}

if (process.argv[1] === import.meta.filename) {
  for (const target of targetsOf(process.argv.slice(2))) {
    const file = await packageTarget(target);
    console.log(`${path.relative(root, file)} ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  }
}
