// A real VS Code in a browser: code-server with the packaged VSIX, its own settings and folders, and a page on it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { editor } from './provision.mjs';
import { until } from './workbench.mjs';

/** A start of the server itself, on a machine that has read none of its files yet. */
const START_MS = 300_000;

const QUIET = {
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'workbench.tips.enabled': false,
  'extensions.ignoreRecommendations': true,
  'editor.minimap.enabled': false,
  'workbench.editor.enablePreview': false,
  'window.commandCenter': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
};

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Installs a VSIX once per content; returns the extensions folder. */
export function installVsix(vsix) {
  const { home } = editor();
  const hash = createHash('sha256').update(readFileSync(vsix)).digest('hex').slice(0, 16);
  const extensions = path.join(home, 'extensions', hash);
  if (existsSync(path.join(extensions, 'installed'))) return extensions;
  rmSync(path.join(home, 'extensions'), { recursive: true, force: true });
  mkdirSync(extensions, { recursive: true });
  installVsixInto(vsix, extensions);
  writeFileSync(path.join(extensions, 'installed'), '');
  return extensions;
}

export function installVsixInto(vsix, extensions) {
  const { node, entry } = editor();
  const data = mkdtempSync(path.join(os.tmpdir(), 'pitwall-install-'));
  const args = [entry, '--user-data-dir', data, '--extensions-dir', extensions, '--install-extension', vsix];
  const result = spawnSync(node, args, { encoding: 'utf8', env: cleanEnv() });
  rmSync(data, { recursive: true, force: true });
  if (result.status !== 0 || !/successfully installed/.test(result.stdout)) {
    throw new Error(`the VSIX could not be installed:\n${result.stdout}${result.stderr}`);
  }
}

/** An editor started from inside another one's terminal must not talk to that one. */
function cleanEnv(extra = {}) {
  const own = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name));
  return { ...Object.fromEntries(own), ...extra };
}

/**
 * @param {{ folder: string, extensions: string, settings?: object, env?: object, locale?: string, trace?: { file: string, calls: string } }} options
 *   `trace`: file to which strace writes which system calls of all its processes
 * @returns a server with `url`, `dataDir`, `stop()`
 */
export async function startServer({ folder, extensions, settings = {}, env = {}, locale, trace }) {
  const { node, entry } = editor();
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-vscode-'));
  mkdirSync(path.join(dataDir, 'User'), { recursive: true });
  writeFileSync(path.join(dataDir, 'User/settings.json'), JSON.stringify({ ...QUIET, ...settings }));
  if (locale) writeLanguagePack(dataDir, locale);
  const port = await freePort();
  const args = [
    entry,
    '--auth',
    'none',
    '--bind-addr',
    `127.0.0.1:${port}`,
    '--disable-update-check',
    '--disable-telemetry',
  ];
  args.push(
    '--user-data-dir',
    dataDir,
    '--extensions-dir',
    extensions,
    ...(locale ? ['--locale', locale] : []),
    folder,
  );
  const [program, ...before] = [...(trace ? underStrace(trace) : []), node];
  const child = spawn(program, [...before, ...args], {
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const url = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(folder)}`;
  const answers = () => fetch(`http://127.0.0.1:${port}/healthz`).then((reply) => reply.ok);
  await until('code-server', () => child.exitCode !== null || answers(), { timeoutMs: START_MS });
  if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}:\n${output}`);
  return {
    url,
    dataDir,
    pid: child.pid,
    log: () => extensionLog(dataDir),
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve()));
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** The tracer is its grandchild (-D): what is started, and ended, is the editor itself. */
const underStrace = ({ file, calls }) => [
  'strace',
  '-D',
  '-f',
  '--seccomp-bpf',
  '-s',
  '400',
  '-e',
  `trace=${calls}`,
  '-o',
  file,
];

/** An editor speaks a language only with its pack; an empty one is enough for extensions to be asked for theirs. */
function writeLanguagePack(dataDir, locale) {
  const main = path.join(dataDir, `${locale}.i18n.json`);
  writeFileSync(main, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: `pitwall-${locale}`,
    label: locale,
    extensions: [{ extensionIdentifier: { id: `pitwall.${locale}` }, version: '1.0.0' }],
    translations: { vscode: main },
  };
  writeFileSync(path.join(dataDir, 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}

/** What our extension wrote to its log in every window of a server. */
function extensionLog(dataDir) {
  const logs = path.join(dataDir, 'logs');
  if (!existsSync(logs)) return '';
  const files = readdirSync(logs, { recursive: true }).filter(
    (file) => /pitwall|Pitwall|remoteexthost/.test(file) && file.endsWith('.log'),
  );
  return files.map((file) => `--- ${file}\n${readFileSync(path.join(logs, file), 'utf8')}`).join('\n');
}
