// A stranger's clone with everything of test/helpers/hostile-corpus.ts, and a way to look at it with any command line: how it
// ended, how long it took, how much memory its processes had at once, and what it did to files and processes of the person.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { loadTypeScript } from '../e2e/load-typescript.mjs';
import { until } from '../e2e/workbench.mjs';
import { exampleWorkspace } from '../e2e/workspace.mjs';

const RUN = 'f0f0f0f0-0000-4000-8000-00000000beef';
const LOOK_MS = 50;
/** A person has given up by then, and a machine with 4 GB has stopped answering. CPU time: others may work here too. */
const [MOST_SECONDS, MOST_MB, KILLED_MB] = [20, 500, 2_500];
/** So long do they neither compute nor wait for their turn. */
const IDLE_MS = 30_000;
/** Those who hang are ended by then. */
const HOUR_MS = 3_600_000;
const TICKS_PER_SECOND = 100;

/** `tree`: a built checkout of Pitwall. */
export async function makeWorld(tree) {
  const { writeCorpus } = await loadTypeScript('test/helpers/hostile-corpus.ts');
  const { identityOf } = await loadTypeScript('src/engine/process/identity.ts');
  const { folderContent } = await loadTypeScript('test/helpers/folder-content.ts');
  const root = mkdtempSync(path.join(os.tmpdir(), 'pitwall-hostile-'));
  mkdirSync(path.join(root, 'home'));
  const marks = { PITWALL_RUN: RUN, PITWALL_FOLDER: 'file:1', PITWALL_ROLE: 'trainer' };
  const victim = spawn('sleep', ['1000'], { stdio: 'ignore', env: { ...process.env, ...marks } });
  const example = exampleWorkspace();
  const claimed = { identity: { ...identityOf(victim.pid) }, run: RUN };
  const corpus = await writeCorpus(root, example.dir, claimed);
  example.remove();
  const before = folderContent(corpus.outside);
  const executed = path.join(corpus.outside, 'executed');
  const world = {
    ...corpus,
    tree,
    root,
    at: (...parts) => path.join(corpus.repo, ...parts),
    write: (name, content) => writeFileSync(path.join(corpus.repo, name), content),
    /** What was done to the person; undefined if nothing. */
    harm() {
      if (existsSync(executed))
        return `it executed ${readFileSync(executed, 'utf8').trim().split('\n').at(-1).replace(`${corpus.repo}/`, '')}`;
      if (victim.exitCode !== null || victim.signalCode !== null) return "it ended the person's own process";
      return folderContent(corpus.outside) === before ? undefined : 'files outside were changed';
    },
    remove() {
      victim.kill('SIGKILL');
      endAllOf(root);
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  return world;
}

/** Runs a command line of the tree in the clone. */
export function look(world, ...argv) {
  return observe(world, [path.join(world.tree, 'dist/cli.js'), ...argv]);
}

/** Runs a program on Node in the clone, and ends it with all that it started if it takes too long or too much. */
export async function observe(world, args) {
  const env = {
    PATH: '/usr/bin:/bin:/usr/local/bin',
    HOME: path.join(world.root, 'home'),
    PITWALL_HOSTILE: world.root,
  };
  const child = spawn(process.execPath, args, { cwd: world.repo, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { killed: undefined, mb: 0, seconds: 0, idleMs: 0 };
  const timer = setInterval(() => {
    note(seen, usageOf(world.root));
    if (seen.killed) endAllOf(world.root);
  }, LOOK_MS);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  // A keeper ends a moment after the one who watched it.
  await until('its processes to end', () => pidsOf(world.root).length === 0, { timeoutMs: HOUR_MS });
  clearInterval(timer);
  return { code, out, err, mb: seen.mb, seconds: seen.seconds, killed: seen.killed };
}

function note(seen, { mb, seconds, isBusy }) {
  seen.mb = Math.max(seen.mb, mb);
  if (!isBusy) seen.idleMs += LOOK_MS;
  seen.seconds = Math.max(seen.seconds, seconds);
  if (seen.seconds > MOST_SECONDS) seen.killed = `it took over ${MOST_SECONDS} s`;
  else if (seen.mb > KILLED_MB) seen.killed = `it took ${seen.mb} MB and more`;
  else if (seen.idleMs > IDLE_MS) seen.killed = 'it did not end';
}

/** What a look cost too much of; undefined if it was bearable. */
export function costOf({ killed, mb }) {
  if (killed) return `${killed}${mb > MOST_MB ? ` (${mb} MB)` : ''}`;
  return mb > MOST_MB ? `it took ${mb} MB` : undefined;
}

const read = (file) => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
};

/** Processes that a look has started, detached ones too. */
const pidsOf = (root) =>
  readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(`PITWALL_HOSTILE=${root}\0`),
  );

/** Memory and CPU time of all processes of a look, and whether any of them computes or waits for its turn. */
function usageOf(root) {
  const usage = { mb: 0, seconds: 0, isBusy: false };
  for (const pid of pidsOf(root)) {
    usage.mb += Math.round(Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024);
    const [state, ...fields] = read(`/proc/${pid}/stat`)
      .replace(/^.*\) /, '')
      .split(' ');
    usage.seconds += (Number(fields[10]) + Number(fields[11])) / TICKS_PER_SECOND;
    usage.isBusy ||= 'RD'.includes(state);
  }
  return usage;
}

function endAllOf(root) {
  for (const pid of pidsOf(root)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
