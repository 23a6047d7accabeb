// The life of runs: detached, steered, killed in part, adopted, resumed.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { equal, includes, until } from '../../helpers/checks.mjs';
import {
  end,
  forgetHelpers,
  helperCalls,
  lives,
  node,
  onDisk,
  pitwall,
  readText,
  statusOf,
  write,
} from '../lab.mjs';
import { CONFIG, DATA, SMALL } from './smoke.mjs';

const RUN = `${DATA}\\runs\\r1`;

const is = (state, run = RUN) => until(`${state} (${run})`, () => statusOf(run)?.state === state);
const keeperOf = (run = RUN) => statusOf(run)?.keeper?.pid;
const trainerOf = (run = RUN) => statusOf(run)?.trainer?.pid;
const locksOf = (run) => readdirSync(onDisk(run)).filter((name) => name.endsWith('.lock'));

export async function life(checks) {
  rmSync(onDisk(RUN), { recursive: true, force: true });
  await steered(checks);
  await killed(checks);
  await identities(checks);
  await minute(checks);
}

async function steered(checks) {
  await checks.ok('train --detach returns, and it trains on', async () => {
    const more = ['--set', 'epochs=12', '--set', 'warmup_epochs=1', '--name', 'r1', '--detach'];
    includes(await pitwall(['train', CONFIG, ...SMALL, ...more]), 'r1');
    await until('a few steps', () => statusOf(RUN)?.state === 'running' && statusOf(RUN).progress?.step > 3);
    equal(await lives(keeperOf()), true);
  });
  await checks.ok('list, show and set lr start no helper program', async () => {
    forgetHelpers();
    includes(await pitwall(['list', DATA]), 'r1');
    includes(await pitwall(['show', RUN]), /keeper \d/);
    includes(await pitwall(['set', RUN, 'lr=0.007']), '0.007');
    await until('the new learning rate', () => readText(`${RUN}\\events.jsonl`).includes('0.007'));
    equal(helperCalls(), 0);
  });
  await checks.ok('pause ends the trainer, and continue goes on in the same folder', async () => {
    const trainer = trainerOf();
    await pitwall(['pause', RUN]);
    await is('paused');
    equal(await lives(trainer), false);
    await pitwall(['continue', RUN]);
    await is('running');
    equal(readText(`${RUN}\\events.jsonl`).match(/"hello"/g).length, 2);
  });
}

async function killed(checks) {
  await checks.ok('trainer killed: the run says so, and resume goes on', async () => {
    await end(trainerOf());
    await is('failed');
    await pitwall(['train', '--resume', RUN, '--detach']);
    await is('running');
  });
  await checks.ok('keeper killed: the trainer goes on, and show says so', async () => {
    const [keeper, trainer] = [keeperOf(), trainerOf()];
    await end(keeper);
    includes(await pitwall(['show', RUN]), 'keeper is gone');
    equal(await lives(trainer), true);
  });
  await checks.ok('resume and delete are refused while it trains without a keeper', async () => {
    includes(
      await pitwall(['train', '--resume', RUN, '--detach'], { expected: [1, 2, 75] }),
      'still training',
    );
  });
  await checks.ok('two watches at once: one new keeper adopts the trainer', async () => {
    const before = locksOf(RUN);
    const watches = [1, 2].map(() => node(['C:\\pitwall\\dist\\cli.js', 'watch', RUN]));
    await until('another lock', () => locksOf(RUN).some((name) => !before.includes(name)));
    await until('adopted', () => /adopted/.test(readText(`${RUN}\\keeper.jsonl`)));
    includes(await pitwall(['stop', RUN]), 'stopped on request');
    await Promise.all(watches);
    equal(readText(`${RUN}\\keeper.jsonl`).match(/"message":"trainer adopted/g).length, 1);
  });
  await checks.ok('nothing of the run is alive, and its steps are whole', async () => {
    equal(statusOf(RUN).state, 'stopped');
    await until('the keeper is gone', async () => !(await lives(keeperOf())));
    equal(
      stepsOf(RUN).every((step, i, all) => step === all[0] + i),
      true,
    );
  });
}

/** The last attempt wins. */
function stepsOf(run) {
  const steps = [];
  for (const line of readText(`${run}\\events.jsonl`).split('\n').filter(Boolean)) {
    const event = JSON.parse(line);
    if (event.type !== 'step') continue;
    while (steps.length > 0 && steps.at(-1) >= event.step) steps.pop();
    steps.push(event.step);
  }
  return steps;
}

async function identities(checks) {
  const run = `${DATA}\\runs\\k1`;
  await checks.ok('PowerShell that takes 20 s holds up nothing but what it is asked for', async () => {
    rmSync(onDisk(run), { recursive: true, force: true });
    const slow = { env: { PS_DELAY_MS: '20000' } };
    await pitwall(['train', CONFIG, ...SMALL, '--set', 'epochs=9', '--name', 'k1', '--detach'], slow);
    await is('running', run);
    includes(await pitwall(['show', run], slow), /keeper \d/);
    includes(await pitwall(['stop', run]), 'stopped on request');
  });
  await checks.ok('a number that another process has by now is no keeper, and is not ended', async () => {
    const text = await node(['-e', STRANGER]);
    const pid = Number(text.text.trim());
    const { keeper } = statusOf(run);
    replaceIn(`${run}\\status.json`, `"pid":${keeper.pid},`, `"pid":${pid},`);
    replaceIn(`${run}\\status.json`, '"state":"stopped"', '"state":"running"');
    const shown = await pitwall(['show', run]);
    equal(shown.includes(`keeper ${pid}`), false);
    await pitwall(['train', '--resume', run, '--detach']);
    equal(await lives(pid), true);
    await end(pid);
    await is('running', run);
    await pitwall(['stop', run]);
    equal(existsSync(onDisk(run)), true);
  });
}

const STRANGER = `const child = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'],
  { detached: true, stdio: 'ignore' }); child.unref(); console.log(child.pid);`;

function replaceIn(file, from, to) {
  const text = readText(file);
  includes(text, from);
  write(file, text.replace(from, to));
}

/** Beside a program that looks on, which is what kept status.json open. */
async function minute(checks) {
  await checks.ok('a minute of training: each rename succeeds, at most three helper programs', async () => {
    const run = `${DATA}\\runs\\m1`;
    rmSync(onDisk(run), { recursive: true, force: true });
    forgetHelpers();
    const slow = { env: { PS_DELAY_MS: '400' } };
    await pitwall(['train', CONFIG, ...SMALL, '--set', 'epochs=300', '--name', 'm1', '--detach'], slow);
    await is('running', run);
    const watch = node(['C:\\pitwall\\dist\\cli.js', 'watch', run], slow);
    await until('a minute of steps', () => minutesOf(run) >= 1);
    includes(await pitwall(['stop', run], slow), 'stopped on request');
    await watch;
    equal(readText(`${run}\\keeper.log`).match(/EPERM|EBUSY/g), null);
    const calls = helperCalls();
    const epochs = readText(`${run}\\validation.jsonl`).split('\n').length - 1;
    console.log(`     PowerShell and taskkill: ${calls}; ${epochs} validations`);
    if (calls < 1 || calls > 3) throw new Error(`${calls} helper programs were started`);
  });
}

/** How many minutes lie between its first and its last step. */
function minutesOf(run) {
  const times = [...readText(`${run}\\events.jsonl`).matchAll(/"type":"step","t":(\d+)/g)].map(([, t]) =>
    Number(t),
  );
  return times.length === 0 ? 0 : (times.at(-1) - times[0]) / 60_000;
}
