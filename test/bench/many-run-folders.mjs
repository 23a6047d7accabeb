// 10,000 ended and 1,000 live run folders: what one look at them asks of the file system, and whether that grows with their number
// alone. Counts, which a busy machine does not change; times and memory beside them. Linux with strace.
// Usage: node test/bench/many-run-folders.mjs [ENDED] [LIVE] [--write]: --write puts the table into docs/scale.md.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { record } from './rows.mjs';

const own = import.meta.filename;
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
const LOOKS = 2;
/** So much fewer folders: a look that is linear costs the same for each of them. */
const PARTS = 10;

/** Bytes that this process has read, and its CPU seconds. */
function usage() {
  const io = readFileSync('/proc/self/io', 'utf8');
  const of = (key) => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(io)?.[1]);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return { bytes: of('rchar'), cpu: (userCPUTime + systemCPUTime) / 1e6 };
}

/** What the list of runs in an editor does: it is read, and then looked at again and again. Run as a process of its own. */
async function look(module, runs, looks) {
  const { listRunsNow } = (await import(module)).default;
  let { runs: known } = await listRunsNow(runs, []);
  const before = usage();
  for (let i = 0; i < looks; i++) known = (await listRunsNow(runs, known)).runs;
  const after = usage();
  const each = (key) => (after[key] - before[key]) / Math.max(1, looks);
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ bytes: each('bytes'), cpu: each('cpu'), rssMiB }));
}

/** Calls of a command by name, all of its threads together. */
function callsOf(argv, { cwd, env }) {
  const file = path.join(cwd, 'calls');
  const strace = ['-f', '--seccomp-bpf', '-e', 'trace=%file,%desc', '-c', '-U', 'calls,name', '-o', file];
  const traced = spawnSync('strace', [...strace, process.execPath, ...argv], { cwd, env, encoding: 'utf8' });
  if (traced.status !== 0) throw new Error(`${argv.join(' ')}: ${traced.stderr}`);
  const rows = [...readFileSync(file, 'utf8').matchAll(/^\s*(\d+)\s+(\w+)$/gm)];
  return new Map(rows.map(([, count, name]) => [name, Number(count)]));
}

const OPENS = ['open', 'openat'];
const STATS = ['stat', 'lstat', 'newfstatat', 'statx', 'access', 'faccessat2'];
const READS = ['read', 'pread64'];
const sum = (calls, names) => names.reduce((all, name) => all + (calls.get(name) ?? 0), 0);
const countsOf = (calls) => {
  const { total: _, ...rest } = Object.fromEntries(calls);
  return {
    opened: sum(calls, OPENS),
    stats: sum(calls, STATS),
    reads: sum(calls, READS),
    calls: Object.values(rest).reduce((a, b) => a + b, 0),
  };
};
const between = (a, b, by) =>
  Object.fromEntries(Object.keys(a).map((key) => [key, Math.max(0, (a[key] - b[key]) / by)]));

async function writeFolders(root, { ended, live }) {
  const { writeManyRuns } = await loadTypeScript('test/helpers/many-runs.ts');
  const { identityOf } = await loadTypeScript('src/engine/process/identity.ts');
  const runs = path.join(root, 'runs');
  await writeManyRuns(runs, { count: ended + live, epochs: 3, signed: ended + live });
  // Kept by this process, which lives as long as they are looked at.
  const keeper = identityOf(process.pid);
  for (let i = 1; i <= live; i++) {
    const file = path.join(runs, `sweep-${i}`, 'status.json');
    const status = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...status, state: 'running', heartbeat: Date.now(), keeper }));
  }
  return runs;
}

async function measure({ ended, live }) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-folders-'));
  process.env.XDG_STATE_HOME = path.join(root, 'state');
  mkdirSync(process.env.XDG_STATE_HOME);
  try {
    const runs = await writeFolders(root, { ended, live });
    const module = path.join(import.meta.dirname, '../../.vscode-test/list-runs-now.cjs');
    await loadTypeScript('src/engine/runs/list-runs-now.ts');
    const place = { cwd: root, env: process.env };
    const looked = (looks) => [own, '--look', module, runs, String(looks)];
    const idle = countsOf(callsOf([cli, '--version'], place));
    const first = countsOf(callsOf([cli, 'list'], place));
    const again = countsOf(callsOf([cli, 'list'], place));
    const opened = countsOf(callsOf(looked(0), place));
    const onwards = countsOf(callsOf(looked(LOOKS), place));
    const plain = JSON.parse(execFileSync(process.execPath, looked(LOOKS), { ...place, encoding: 'utf8' }));
    return {
      folders: ended + live,
      plain,
      rows: [
        ['`pitwall list`, the first', between(first, idle, 1)],
        ['`pitwall list`, again', between(again, idle, 1)],
        ['a look of an editor that has the list open', between(onwards, opened, LOOKS)],
      ],
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const perFolder = (value, folders) => (value / folders).toFixed(2);

async function main() {
  const [ended = 10_000, live = 1000] = process.argv
    .slice(2)
    .filter((one) => /^\d+$/.test(one))
    .map(Number);
  const small = await measure({ ended: Math.round(ended / PARTS), live: Math.round(live / PARTS) });
  const whole = await measure({ ended, live });
  const lines = whole.rows.map(([what, counts], i) => {
    const cells = Object.entries(counts).map(([key, value]) => {
      const before = perFolder(small.rows[i][1][key], small.folders);
      record(`${whole.folders} folders, ${what}: ${key}`, value, 'calls');
      return `${Math.round(value)} (${perFolder(value, whole.folders)}; ${before})`;
    });
    return `| ${[what, ...cells].join(' | ')} |`;
  });
  const text = [
    `Calls for ${ended} ended and ${live} live folders; in brackets for each folder, and the same for a tenth of them.`,
    '',
    '| | files opened | looked up | reads | file calls |',
    '|---|---:|---:|---:|---:|',
    ...lines,
    '',
    `A look of the editor reads ${(whole.plain.bytes / 2 ** 20).toFixed(1)} MiB (${(small.plain.bytes / 2 ** 20).toFixed(1)}); the process with the list takes ${Math.round(whole.plain.rssMiB)} MiB (${Math.round(small.plain.rssMiB)}).`,
  ].join('\n');
  console.log(text);
  console.log(`CPU seconds of a look: ${whole.plain.cpu.toFixed(2)} (${small.plain.cpu.toFixed(2)})`);
  if (process.argv.includes('--write')) write(text);
}

function write(text) {
  const page = path.resolve(import.meta.dirname, '../../docs/scale.md');
  const now = readFileSync(page, 'utf8');
  writeFileSync(page, now.replace(/(<!-- folders -->\n)[\s\S]*?(<!-- folders end -->)/, `$1${text}\n$2`));
}

const [mode, module, runs, looks] = process.argv.slice(2);
if (mode === '--look') await look(module, runs, Number(looks));
else if (process.platform !== 'linux' || spawnSync('strace', ['--version']).status !== 0)
  console.log('SKIPPED: many run folders: needs Linux with strace');
else await main();
