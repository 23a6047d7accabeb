// Starts Windows programs, and collects what was seen of them.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { drive, root, wine, wineEnv } from './provision.mjs';

export const artifacts = path.join(root, 'test/artifacts/windows');
const NODE = 'C:\\Program Files\\nodejs\\node.exe';
const CLI = 'C:\\pitwall\\dist\\cli.js';
/** Bounds what never ends: beside other work everything takes ten times as long. */
const CALL_MS = 1_800_000;

/** A path of this machine for one of that Windows. */
export const onDisk = (file) => path.join(drive, ...file.replace(/^C:\\/i, '').split('\\'));

let calls = 0;

/**
 * Runs Windows Node. Its output goes through a file: a Unix pipe as stdout is EBADF for Node under Wine.
 * @returns {Promise<{ code: number | null, text: string }>}
 */
export function node(args, { env = {}, timeoutMs = CALL_MS } = {}) {
  mkdirSync(artifacts, { recursive: true });
  const output = path.join(artifacts, `call-${calls++}.txt`);
  const handle = openSync(output, 'w');
  const child = spawn(wine(), [NODE, ...args], {
    cwd: onDisk('C:\\'),
    env: { ...wineEnv, ...env },
    stdio: ['ignore', handle, handle],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  closeSync(handle);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      const text = readFileSync(output, 'utf8');
      rmSync(output);
      resolve({ code, text });
    });
  });
}

/** The command line of Pitwall; throws with its output if it fails. */
export async function pitwall(args, options = {}) {
  const { code, text } = await node([CLI, ...args], options);
  const expected = options.expected ?? [0];
  if (!expected.includes(code)) throw new Error(`pitwall ${args.join(' ')}: exit code ${code}\n${text}`);
  return text;
}

/** What a script prints. */
export async function evaluate(script) {
  const { code, text } = await node(['-e', script]);
  if (code !== 0) throw new Error(`exit code ${code}: ${text}`);
  return text.trim();
}

export const lives = async (pid) => (await node(['-e', `process.kill(${pid}, 0)`])).code === 0;
export const end = (pid) => evaluate(`process.kill(${pid}, 'SIGKILL')`);

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(onDisk(file), 'utf8'));
  } catch {
    return undefined;
  }
}

export const readText = (file) => (existsSync(onDisk(file)) ? readFileSync(onDisk(file), 'utf8') : '');
export const statusOf = (run) => readJson(`${run}\\status.json`);

export function write(file, content) {
  mkdirSync(path.dirname(onDisk(file)), { recursive: true });
  writeFileSync(onDisk(file), content);
}

/** How often PowerShell or taskkill was started since the last call of `forget`. */
export const helperCalls = () => readText('C:\\helpers.count').split('\n').length - 1;
export const forgetHelpers = () => rmSync(onDisk('C:\\helpers.count'), { force: true });
