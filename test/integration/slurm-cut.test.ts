import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { linesOf, spawnCli } from '../helpers/cli';
import { copyTinyData } from '../helpers/old-runs';
import { type PlayedSlurm, playSlurm } from '../helpers/played-slurm';
import { until } from '../helpers/until';

// Slurm ends the job of a trial, whose run says so before squeue does.
let dir = '';
let slurm: PlayedSlurm;
const at = (...parts: string[]): string => path.join(dir, ...parts);
const read = (...parts: string[]): string =>
  existsSync(at('runs', ...parts)) ? readFileSync(at('runs', ...parts), 'utf8') : '';
const driveSweep = (name: string) =>
  spawnCli(['sweep', 'cut.sweep.yaml', '--target', 'gpu', '--name', name, '--parallel', '1'], dir);
const idOf = (run: string): string => JSON.parse(read(run, 'run.json')).id;
const jobState = (run: string) => JSON.parse(read(run, 'job.json')).state;
/** Numbers of attempts that it has begun. */
const attempts = (run: string): readonly number[] =>
  linesOf(read(run, 'events.jsonl'))
    .map((line) => JSON.parse(line))
    .flatMap(({ type, attempt }) => (type === 'hello' ? attempt : []));
const answerIs = (words: string) => () => slurm.answered().includes(words);

/** A command whose run was cut while it trained, and says so; squeue lists its job as running. */
async function cutRun(run: string, start: () => ReturnType<typeof spawnCli>) {
  slurm.answers('');
  slurm.forgetAnswers();
  const before = new Set(slurm.begun());
  const command = start();
  await until(() => read(run, 'events.jsonl').includes('"type":"step"'));
  const [job = ''] = slurm.begun().filter((one) => !before.has(one));
  slurm.cut(job);
  await until(() => read(run, 'status.json').includes('Slurm ended its job'));
  slurm.answers(`${job}|COMPLETING|None|gpu|9|N/A|n1|${idOf(run)}\n`);
  slurm.forgetAnswers();
  await until(() => answerIs('COMPLETING')() || command.child.exitCode !== null);
  return { ...command, job, jobs: () => slurm.begun().filter((one) => !before.has(one)) };
}

/** Its job waits in the queue, and then begins again. */
async function goOn(run: string, job: string): Promise<void> {
  slurm.answers(`${job}|PENDING|BeginTime|gpu|9|N/A||${idOf(run)}\n`);
  slurm.forgetAnswers();
  await until(() => jobState(run).kind === 'queued');
  slurm.again(job);
}

/** A sweep whose first trial was cut. */
const cutSweep = (name: string) => cutRun(`${name}/trials/000`, () => driveSweep(name));

/** Nothing was noted as ended, and both trials trained to their end. */
function expectWhole(name: string): void {
  const ended = linesOf(read(name, 'sweep.jsonl')).filter((line) => line.includes('"type":"ended"'));
  expect(ended).toEqual([]);
  const states = ['000', '001'].map((trial) => JSON.parse(read(name, 'trials', trial, 'status.json')).state);
  expect(states).toEqual(['completed', 'completed']);
}

beforeAll(() => {
  dir = copyTinyData();
  slurm = playSlurm(at('slurm'));
  mkdirSync(at('slurm/state/pitwall'), { recursive: true, mode: 0o700 });
  writeFileSync(at('slurm/state/pitwall/targets.yaml'), 'gpu: { kind: slurm }\n');
  const search = 'sampler: grid\nsearch: { lr0: [0.01] }\nstop: { rule: none }\n';
  writeFileSync(at('cut.sweep.yaml'), `experiment: long.train.yaml\n${search}`);
  const tiny = readFileSync(at('tiny.train.yaml'), 'utf8');
  writeFileSync(at('long.train.yaml'), tiny.replace(/^epochs: .*$/m, 'epochs: 12'));
  vi.stubEnv('PATH', `${slurm.bin}${path.delimiter}${process.env.PATH}`);
  vi.stubEnv('XDG_STATE_HOME', at('slurm/state'));
  for (const name of ['SLURM_JOB_ID', 'PITWALL_JOB']) vi.stubEnv(name, undefined);
  slurm.set('begins');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('a trial whose job Slurm ends', () => {
  it('is handed over again once Slurm says how it ended', async () => {
    const { done, job, jobs } = await cutSweep('limit');
    slurm.answers(`${job}|TIMEOUT|TimeLimit|gpu|9|N/A|n1|${idOf('limit/trials/000')}\n`);
    slurm.forgetAnswers();
    const { code, err } = await done;
    expect([code, err]).toEqual([0, '']);
    expectWhole('limit');
    // The first of two trials in two jobs.
    expect([jobs().length, attempts('limit/trials/000')]).toEqual([3, [1, 2]]);
  });

  it('is waited for if Slurm puts its job back into the queue', async () => {
    const { done, job, jobs } = await cutSweep('back');
    await goOn('back/trials/000', job);
    const { code, err } = await done;
    expect([code, err]).toEqual([0, '']);
    expectWhole('back');
    // No job but those of the two trials.
    expect([jobs().length, attempts('back/trials/000')]).toEqual([2, [1, 2]]);
  });

  it('gets no second job by a driver that is started in between', async () => {
    const { child, done, job, jobs } = await cutSweep('driver');
    child.kill('SIGKILL');
    await done;
    slurm.forgetAnswers();
    const next = driveSweep('driver');
    await until(() => answerIs('COMPLETING')() || next.child.exitCode !== null);
    expect(jobs()).toEqual([job]);
    await goOn('driver/trials/000', job);
    const { code, err } = await next.done;
    expect([code, err]).toEqual([0, '']);
    expectWhole('driver');
    expect([jobs().length, attempts('driver/trials/000')]).toEqual([2, [1, 2]]);
  });

  it('is left as it is by Ctrl-C while Slurm says nothing new', async () => {
    const { child, done, jobs } = await cutSweep('left');
    child.kill('SIGINT');
    expect((await done).code).toBe(130);
    expect([jobs().length, read('left', 'sweep.jsonl')]).toEqual([
      1,
      expect.not.stringContaining('"type":"ended"'),
    ]);
  });
});

describe.skipIf(process.platform === 'win32')('a run whose job Slurm ends', () => {
  const cut = (name: string) =>
    cutRun(name, () => spawnCli(['train', 'long.train.yaml', '--target', 'gpu', '--name', name], dir));

  it('is watched on if Slurm puts its job back into the queue', async () => {
    const { done, job, jobs } = await cut('watched');
    await goOn('watched', job);
    const { code, err, out } = await done;
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/completed: 12 epochs/);
    expect([jobs(), attempts('watched')]).toEqual([[job], [1, 2]]);
  });

  it('is stopped once Slurm says that its job is over', async () => {
    const { done, job } = await cut('over');
    slurm.answers(`${job}|CANCELLED|None|gpu|9|N/A|n1|${idOf('over')}\n`);
    slurm.forgetAnswers();
    const { code, out } = await done;
    expect([code, out]).toEqual([0, expect.stringMatching(/stopped: .*, its job was cancelled in Slurm/)]);
  });
});

describe.skipIf(process.platform === 'win32')('a sweep at a limit of submitted jobs', () => {
  it('waits, says so once, and goes on as soon as Slurm takes its next job', async () => {
    slurm.answers('');
    slurm.set('full');
    const { done } = driveSweep('full');
    const asked = slurm.called('sbatch').length;
    await until(() => slurm.called('sbatch').length > asked + 1);
    slurm.set('full', false);
    const { code, out } = await done;
    expect(code).toBe(0);
    expect(linesOf(out).filter((line) => line.includes('waits:'))).toEqual([
      '000: waits: sbatch: QOSMaxSubmitJobPerUserLimit',
    ]);
    expectWhole('full');
  });

  it('is ended by Ctrl-C', async () => {
    slurm.set('full');
    const asked = slurm.called('sbatch').length;
    const { child, done } = driveSweep('ends');
    await until(() => slurm.called('sbatch').length > asked);
    child.kill('SIGINT');
    const { code, err } = await done;
    expect([code, err]).toEqual([130, '']);
    slurm.set('full', false);
  });
});
