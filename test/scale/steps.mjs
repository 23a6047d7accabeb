// What the checks of all engines do and compare. Every lab calls its target gpu.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { linesOf, until } from './lab.mjs';

export const at = (lab, ...parts) => path.join(lab.work, 'runs', ...parts);
export const show = (lab, name) => JSON.parse(lab.run(['show', name, '--json']).stdout);
export const eventsOf = (lab, name, type) =>
  linesOf(at(lab, name, 'events.jsonl')).filter((event) => event.type === type);
export const untilSteps = (lab, name, count) =>
  until(() => eventsOf(lab, name, 'step').length >= count, `${count} steps of ${name}`);
export const untilNoneLives = (lab, name) =>
  until(
    () => lab.left(`runs/${name}`).length === 0,
    `no process of ${name}: ${JSON.stringify(lab.left(`runs/${name}`))}`,
    60,
  );
export const untilState = (lab, name, state) =>
  until(() => show(lab, name).state === state, `${name} ${state}`, 90);
export const jobOf = (lab, name) => JSON.parse(readFileSync(at(lab, name, 'job.json'), 'utf8')).id;
export const start = (lab, config, name, target = 'gpu') => {
  const { status, stderr } = lab.run([
    'train',
    `${config}.train.yaml`,
    '--target',
    target,
    '--name',
    name,
    '--detach',
  ]);
  assert.equal(status, 0, stderr);
};
export const end = (lab, name) => {
  lab.run(['stop', name]);
  return untilNoneLives(lab, name);
};

/** What was decided, and every metric to its last digit. */
function outcomeOf(lab, name) {
  const entries = linesOf(at(lab, name, 'sweep.jsonl')).map(({ t: _, ...entry }) => JSON.stringify(entry));
  const trials = readdirSync(at(lab, name, 'trials'))
    .filter((one) => !one.startsWith('.'))
    .sort();
  const metrics = trials.map((trial) =>
    linesOf(at(lab, name, 'trials', trial, 'validation.jsonl'))
      .filter(({ map }) => map !== undefined)
      .map(({ epoch, map }) => `${epoch} ${map}`),
  );
  return { entries: entries.toSorted(), trials, metrics: metrics.map((one) => [...new Set(one)].toSorted()) };
}

/** A sweep on a cluster with a fault in the middle ends as the one on this machine did. */
export async function sweepWith(lab, name, fault) {
  const argv = ['sweep', 's.sweep.yaml', '--target', 'gpu', '--name', name];
  const driver = lab.begin(argv);
  await until(
    () => linesOf(at(lab, name, 'trials/001/events.jsonl')).some(({ type }) => type === 'step'),
    'a step of a trial',
  );
  await fault(driver, argv);
  await until(
    () => linesOf(at(lab, name, 'sweep.jsonl')).some(({ type }) => type === 'end'),
    'the end of the sweep',
    1200,
  );
  assert.deepEqual(outcomeOf(lab, name), outcomeHere(lab));
  await untilNoneLives(lab, name);
}

/** A sweep on a cluster, undisturbed. */
export async function sweepThere(lab) {
  sweep(lab, 'there', '--target', 'gpu');
  assert.deepEqual(outcomeOf(lab, 'there'), outcomeHere(lab));
  await untilNoneLives(lab, 'there');
}

/** Of the sweep on this machine, with which all others are compared: driven once. */
function outcomeHere(lab) {
  if (!existsSync(at(lab, 'here'))) sweep(lab, 'here');
  return outcomeOf(lab, 'here');
}

function sweep(lab, name, ...more) {
  const { status, stderr } = lab.run(['sweep', 's.sweep.yaml', '--name', name, ...more]);
  assert.equal(status, 0, stderr);
}

/** Its driver is killed, and the same command is given again. */
export const killDriver = (lab) =>
  sweepWith(lab, 'driver', (driver, argv) => {
    driver.kill('SIGKILL');
    lab.begin(argv);
  });
