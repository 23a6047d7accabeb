// 10,000 ended and 1,000 live run folders: what one look at them asks of the file system, and whether that grows with their number
// alone. Counts, which a busy machine does not change; times and memory beside them. Linux with strace.
// Usage: node test/bench/many-run-folders.mjs [ENDED] [LIVE] [--write]: --write puts the table into docs/scale.md.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { writeMarked } from '../helpers/marked-table.mjs';
import { record } from './rows.mjs';

const own = import.meta.filename;
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js');
/** For so long it is followed, and before that, until it has come to rest. */
const [FOLLOWED_S, SETTLING_S] = [30, 10];
const NEW_RUN = 'new-run';
/** So much fewer folders: a look that is linear costs the same for each of them. */
const PARTS = 10;

/** Bytes that this process has read, and its CPU seconds. */
function usage() {
  const io = readFileSync('/proc/self/io', 'utf8');
  const of = (key) => Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(io)?.[1]);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return { bytes: of('rchar'), cpu: (userCPUTime + systemCPUTime) / 1e6 };
}

/** What the list of runs in an editor does: the folder is opened, and followed for so many seconds. A process of its own. */
async function follow(module, runs, seconds) {
  const { openRunsFolder } = (await import(module)).default;
  const folder = await openRunsFolder(runs);
  // What follows the first look at all of them is part of opening it.
  if (seconds > 0) await sleep(SETTLING_S * 1000);
  const [before, start] = [usage(), performance.now()];
  const seen = { changes: 0, oldest: 0, appeared: undefined };
  folder.onDidChange(() => {
    seen.changes++;
    if (folder.runs.some(({ name }) => name === NEW_RUN)) seen.appeared ??= Date.now();
  });
  for (let i = 0; i < seconds; i++) {
    await sleep(1000);
    const live = folder.runs.filter(({ name, presence }) => presence.keeperAlive && name !== NEW_RUN);
    seen.oldest = Math.max(seen.oldest, ...live.map(({ status }) => Date.now() - status.heartbeat));
  }
  const after = usage();
  const passed = (performance.now() - start) / 1000;
  folder.dispose();
  const each = (key) => (after[key] - before[key]) / Math.max(1, passed);
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ bytes: each('bytes'), cpu: each('cpu'), rssMiB, ...seen }));
}

/** The follower beside keepers that write; a run of another program comes up while it follows. */
async function followLive({ runs, live, beat }, argv, cwd) {
  let next = 0;
  const beats = setInterval(() => {
    for (let i = 0; i < live / BEATS_PARTS; i++) beat(next++ % live);
  }, BEAT_MS / BEATS_PARTS);
  const child = spawn(process.execPath, argv, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const answer = text(child.stdout);
  await sleep((SETTLING_S + FOLLOWED_S / 2) * 1000);
  const made = Date.now();
  cpSync(path.join(runs, 'sweep-1'), path.join(runs, NEW_RUN), { recursive: true });
  const { appeared, ...seen } = JSON.parse(await answer);
  clearInterval(beats);
  return { ...seen, appearedMs: appeared === undefined ? Number.POSITIVE_INFINITY : appeared - made };
}

const BEAT_MS = 2000;
const BEATS_PARTS = 20;

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
  const files = Array.from({ length: live }, (_, i) => path.join(runs, `sweep-${i + 1}`, 'status.json'));
  const statuses = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  let step = 0;
  /** What its keeper writes every two seconds while it trains. */
  const beat = (i) => {
    const progress = { ...statuses[i].progress, step: step++ };
    const text = JSON.stringify({
      ...statuses[i],
      ...{ state: 'running', heartbeat: Date.now(), keeper, progress },
    });
    writeFileSync(`${files[i]}.aside`, text);
    renameSync(`${files[i]}.aside`, files[i]);
  };
  for (let i = 0; i < live; i++) beat(i);
  return { runs, live, beat };
}

async function measure({ ended, live }) {
  const root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-folders-'));
  process.env.XDG_STATE_HOME = path.join(root, 'state');
  mkdirSync(process.env.XDG_STATE_HOME);
  try {
    const written = await writeFolders(root, { ended, live });
    const module = path.join(import.meta.dirname, '../../.vscode-test/run-index.cjs');
    await loadTypeScript('src/engine/runs/run-index.ts');
    const place = { cwd: root, env: process.env };
    const followed = (seconds) => [own, '--follow', module, written.runs, String(seconds)];
    const idle = countsOf(callsOf([cli, '--version'], place));
    const first = countsOf(callsOf([cli, 'list'], place));
    const again = countsOf(callsOf([cli, 'list'], place));
    const opened = countsOf(callsOf(followed(0), place));
    const onwards = countsOf(callsOf(followed(FOLLOWED_S), place));
    const plain = await followLive(written, followed(FOLLOWED_S), root);
    return {
      folders: ended + live,
      plain,
      rows: [
        ['`pitwall list`, the first', between(first, idle, 1)],
        ['`pitwall list`, again', between(again, idle, 1)],
        ['a second of an editor that has the list open', between(onwards, opened, FOLLOWED_S + SETTLING_S)],
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
  const page = [
    `Calls for ${ended} ended and ${live} live folders; in brackets for each folder, and the same for a tenth of them.`,
    '',
    '| | files opened | looked up | reads | file calls |',
    '|---|---:|---:|---:|---:|',
    ...lines,
    '',
    `Followed for ${FOLLOWED_S} s while each live run writes its status every 2 s (for a tenth of the folders in brackets), the list takes`,
    `${(100 * whole.plain.cpu).toFixed(1)} % of a core (${(100 * small.plain.cpu).toFixed(1)}) and ${Math.round(whole.plain.rssMiB)} MiB (${Math.round(small.plain.rssMiB)}) with the Node that it runs in, and reads ${(whole.plain.bytes / 2 ** 20).toFixed(1)} MiB a second (${(small.plain.bytes / 2 ** 20).toFixed(1)}).`,
    `What it shows of a live run was at most ${seconds(whole.plain.oldest)} s old (${seconds(small.plain.oldest)}), and a run that came up was there after ${seconds(whole.plain.appearedMs)} s (${seconds(small.plain.appearedMs)}).`,
  ].join('\n');
  console.log(page);
  console.log(
    `changes announced in a second: ${whole.plain.changes / FOLLOWED_S} (${small.plain.changes / FOLLOWED_S})`,
  );
  if (process.argv.includes('--write')) write(page);
}

const seconds = (ms) => (ms / 1000).toFixed(1);

function write(text) {
  writeMarked(path.resolve(import.meta.dirname, '../../docs/scale.md'), 'folders', text);
}

const [mode, module, runs, followedFor] = process.argv.slice(2);
if (mode === '--follow') await follow(module, runs, Number(followedFor));
else if (process.platform !== 'linux' || spawnSync('strace', ['--version']).status !== 0)
  console.log('SKIPPED: many run folders: needs Linux with strace');
else await main();
