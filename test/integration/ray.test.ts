import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { linesOf, runCliProcess, spawnCli } from '../helpers/cli';
import { copyTinyData } from '../helpers/old-runs';
import { type PlayedRay, playRay } from '../helpers/played-ray';
import { until } from '../helpers/until';

const TOKEN = 'secret-of-the-test';
let dir = '';
let ray: PlayedRay;
const at = (...parts: string[]): string => path.join(dir, ...parts);
const pitwall = (...argv: string[]) => runCliProcess(argv, dir);
const SETTINGS = ['epochs=2', 'warmup_epochs=0', 'lr0=0.01'].flatMap((key) => ['--set', key]);
const train = (name: string, ...more: string[]) =>
  pitwall('train', 'tiny.train.yaml', '--target', 'r', '--name', name, ...SETTINGS, ...more);
const jobOf = (name: string) => JSON.parse(readFileSync(at('runs', name, 'job.json'), 'utf8'));
const answers = (): readonly string[] =>
  readdirSync(at('state/pitwall')).filter((name) => /^ray-.*json$/.test(name));
/** As twenty seconds later: what Ray said before is forgotten. */
function forgetAnswers(): void {
  for (const name of answers()) rmSync(at('state/pitwall', name), { force: true });
}
const stateOf = (name: string) =>
  pitwall('list').then(({ out }) => out.split('\n').find((line) => line.startsWith(name)));

beforeAll(async () => {
  dir = copyTinyData();
  ray = await playRay(TOKEN);
  mkdirSync(at('.pitwall'));
  mkdirSync(at('state/pitwall'), { recursive: true, mode: 0o700 });
  writeFileSync(at('state/pitwall/targets.yaml'), `r: { kind: ray, address: '${ray.address}', gpus: 1 }\n`);
  for (const name of ['RAY_AUTH_TOKEN_PATH', 'PITWALL_JOB', 'SLURM_JOB_ID']) vi.stubEnv(name, undefined);
  vi.stubEnv('XDG_STATE_HOME', at('state'));
  vi.stubEnv('RAY_AUTH_TOKEN', TOKEN);
});
beforeEach(() => ray.set('waits'));
afterAll(() => {
  ray.close();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('a run in Ray', () => {
  it('waits with its reason, and Ray is asked once for all who look', async () => {
    const { code, err } = await train('one', '--detach');
    expect([code, err]).toEqual([0, '']);
    await train('two', '--detach');
    forgetAnswers();
    const before = ray.asked.length;
    expect(await stateOf('one')).toMatch(/starting .*queued in Ray: waiting for resources/);
    expect(await stateOf('two')).toMatch(/starting .*queued in Ray: waiting for resources/);
    expect(ray.asked.slice(before)).toEqual(['GET /api/jobs/']);
  });

  it('that waits is asked for nothing but its end', async () => {
    const asked = [
      ['pause', 'one'],
      ['stop', 'one', '--after-epoch'],
      ['set', 'one', 'lr=0.01'],
      ['rewind', 'one', '--to', '0'],
    ];
    for (const argv of asked) {
      const { code, err } = await pitwall(...argv);
      const said = 'run one: queued in Ray: waiting for resources; it can be asked once it has begun';
      expect([code, ...linesOf(err)]).toEqual([2, said]);
    }
    expect(readdirSync(at('runs/one/control')).filter((name) => name.endsWith('.json'))).toEqual([]);
  });

  it('that waits is stopped, also in case Ray begins it later', async () => {
    const { out } = await pitwall('stop', 'one');
    expect(out).toContain('its job was taken out of the queue');
    expect(ray.asked.at(-1)).toBe(`POST /api/jobs/${jobOf('one').id}/stop`);
    const [code] = await once(ray.execute(0), 'exit');
    expect(code).toBe(0);
    expect(readFileSync(at('runs/one/job.log'), 'utf8')).toContain('its job was cancelled before it began');
    expect(existsSync(at('runs/one/events.jsonl'))).toBe(false);
    expect(await stateOf('one')).toMatch(/stopped .*its job was cancelled in Ray/);
  });

  it("is never stopped by the name of another run's job", async () => {
    const other = jobOf('one').id;
    writeFileSync(at('runs/two/job.json'), JSON.stringify({ ...jobOf('two'), id: other }));
    const asked = ray.asked.length;
    await pitwall('stop', 'two');
    expect(ray.asked.slice(asked).filter((route) => route.startsWith('POST'))).toEqual([]);
  });

  it('trains, and ends with its job', async () => {
    ray.set('begins');
    const { code, out } = await train('whole', '--json');
    expect(code).toBe(0);
    const last = JSON.parse(linesOf(out).at(-1) ?? '{}');
    expect(last).toMatchObject({ type: 'result', state: 'completed' });
    await until(() => jobOf('whole').state.kind === 'ended');
    expect(jobOf('whole').state).toEqual({ kind: 'ended', how: 'completed', code: 0 });
    expect(readFileSync(at('runs/whole/job.log'), 'utf8')).toContain('completed: 2 epochs');
  });

  it('is submitted once if the answer is lost', async () => {
    ray.set('loses');
    const before = ray.submitted.length;
    const { code, err } = await train('lost', '--detach');
    expect([code, err]).toEqual([0, '']);
    expect(ray.submitted.length).toBe(before + 1);
    expect(jobOf('lost')).toMatchObject({
      id: ray.submitted.at(-1)?.submission_id,
      state: { kind: 'queued' },
    });
  });

  it('ends as Ray says if it left no word of its own', async () => {
    const n = ray.submitted.length;
    await train('dead', '--detach');
    ray.says(n, {
      ...{ status: 'FAILED', error_type: 'JOB_ENTRYPOINT_COMMAND_ERROR', driver_exit_code: 127 },
      message: 'last available logs:\n/bin/bash: job.sh: No such file or directory\n',
    });
    forgetAnswers();
    expect(await stateOf('dead')).toMatch(
      /failed .*its job failed in Ray with exit code 127: \/bin\/bash: job.sh: No such file/,
    );
  });

  it('of a sweep is handed over again if the process that Ray keeps its job by dies', async () => {
    ray.set('begins');
    const n = ray.submitted.length;
    const search = 'sampler: grid\nsearch: { lr0: [0.01] }\nstop: { rule: none }\n';
    writeFileSync(at('cut.sweep.yaml'), `experiment: long.train.yaml\n${search}`);
    const tiny = readFileSync(at('tiny.train.yaml'), 'utf8');
    writeFileSync(at('long.train.yaml'), tiny.replace(/^epochs: .*$/m, 'epochs: 12'));
    const sweep = ['sweep', 'cut.sweep.yaml', '--target', 'r', '--name', 'cut', '--parallel', '1'];
    const { child, done } = spawnCli(sweep, dir);
    const read = (name: string): string => {
      const file = at('runs/cut', name);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    await until(() => read('trials/000/events.jsonl').includes('"type":"step"'));
    ray.lose(n);
    await until(() => read('trials/000/status.json').includes('Ray ended its job'));
    // Ray lists it as running for a while.
    forgetAnswers();
    await until(() => answers().length > 0 || child.exitCode !== null);
    ray.says(n, { status: 'FAILED', error_type: 'JOB_SUPERVISOR_ACTOR_DIED' });
    forgetAnswers();
    const { code, err } = await done;
    const stopped = linesOf(read('sweep.jsonl')).filter((line) => line.includes('"type":"ended"'));
    expect([code, stopped, err]).toEqual([0, [], '']);
    const states = ['000', '001'].map((trial) => JSON.parse(read(`trials/${trial}/status.json`)).state);
    expect(states).toEqual(['completed', 'completed']);
    // The first of two trials in two jobs.
    expect(ray.submitted.length).toBe(n + 3);
  });

  it('that is refused leaves one line and no folder', async () => {
    const refused = async (...lines: string[]): Promise<void> => {
      const { code, err } = await train('no');
      expect([code, ...linesOf(err)]).toEqual([2, ...lines]);
      expect(existsSync(at('runs/no'))).toBe(false);
    };
    ray.set('fails');
    await refused(`${ray.address} answered 500: OSError: disk full, Bearer ***`);
    ray.set('foreign');
    await refused(`${ray.address} does not answer as Ray's dashboard does (200)`);
    ray.set('waits');
    vi.stubEnv('RAY_AUTH_TOKEN', 'wrong');
    await refused(`${ray.address} refuses the token`);
    vi.stubEnv('RAY_AUTH_TOKEN', 'two\nlines');
    await refused('what RAY_AUTH_TOKEN holds is not a token');
    vi.stubEnv('RAY_AUTH_TOKEN', undefined);
    vi.stubEnv('HOME', at('nowhere'));
    vi.stubEnv('RAY_AUTH_TOKEN_PATH', '');
    await refused(
      `${ray.address} wants a token: set RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH, or token_file in ${at('state/pitwall/targets.yaml')}`,
    );
    vi.stubEnv('RAY_AUTH_TOKEN', TOKEN);
  });

  it("sends nothing to a project's address before the user says so", async () => {
    writeFileSync(at('.pitwall/targets.yaml'), `theirs: { kind: ray, address: '${ray.address}' }\n`);
    const before = ray.asked.length;
    const { code, err } = await pitwall('train', 'tiny.train.yaml', '--target', 'theirs');
    expect([code, err]).toEqual([
      2,
      `${at('.pitwall/targets.yaml')}: target theirs is the project's: its jobs execute nothing but the run at ${ray.address}, which is given your token for Ray; --trust allows it\n`,
    ]);
    // A run folder is anybody's too: what it names is looked for among the user's targets.
    writeFileSync(at('runs/lost/job.json'), JSON.stringify({ ...jobOf('lost'), target: 'theirs' }));
    forgetAnswers();
    await pitwall('list');
    expect(ray.asked.slice(before).filter((route) => !route.startsWith('GET /api/jobs/'))).toEqual([]);
    expect((await pitwall('stop', 'lost')).err).toContain('theirs is not a target of yours any more');
  });

  it('is examined by doctor: what is there, and the fix of what is not', async () => {
    const examine = async (settings: string): Promise<readonly [number | null, readonly string[]]> => {
      writeFileSync(at('state/pitwall/targets.yaml'), `r: { kind: ray, ${settings} }\n`);
      const { code, out } = await pitwall('doctor', '--target', 'r');
      return [code, linesOf(out)];
    };
    expect(await examine('address: http://127.0.0.1:1')).toEqual([
      2,
      [
        "FAILED  http://127.0.0.1:1 does not answer: ECONNREFUSED; address: that of Ray's dashboard, which `ray start --head` prints; mind firewalls and tunnels",
      ],
    ]);
    const [less, room] = await examine(`address: '${ray.address}', gpus: 3`);
    expect([less, room[1]]).toEqual([
      2,
      'FAILED  no node has 1 CPU, 3 GPU; nodes: 4 CPU, 2 GPU; ask for less: cpus, gpus; or add a node',
    ]);
    ray.set('begins');
    const [whole, found] = await examine(`address: '${ray.address}', gpus: 1`);
    expect(found.filter((line) => !line.startsWith('ok    '))).toEqual([]);
    expect(found[0]).toBe(`ok      Ray 2.60.0 at ${ray.address}`);
    expect(found.at(-2)).toMatch(/^ok {6}node .* sees .*runs, and runs Node \d+/);
    expect(whole).toBe(0);
  });

  it('leaves no token in a folder or a log', () => {
    const { stdout } = spawnSync('grep', ['-rl', TOKEN, dir], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});
