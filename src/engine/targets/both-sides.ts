import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { sleep } from '../../base/async';
import { type Words, words } from '../../base/words';
import { type EngineJob, jobScript } from '../../domain/targets/job-script';
import type { EngineSettings } from '../../domain/targets/target-keys';
import { removeTree } from '../../run/folder/remove';
import { stateFolder } from '../../run/folder/state-folder';
import { readJsonFile } from '../../run/folder/whole-file';
import { writeWhole } from '../../run/folder/write-file';
import { nodeOf } from '../process/run-environment';
import { failedAs, type TargetCheckOptions, type TargetFinding, tried } from './finding';

const zProbe = z.object({
  t: z.number(),
  host: z.string(),
  node: z.string(),
  cli: z.boolean(),
  key: z.boolean(),
});

/** What a node of the cluster sees, written by the Node that would run there. */
const PROBE = `
const [file, cli, key] = process.argv.slice(1);
const { accessSync, constants, writeFileSync, renameSync } = require('node:fs');
const sees = (path) => { try { accessSync(path, constants.R_OK); return true; } catch { return false; } };
const seen = { t: Date.now(), host: require('node:os').hostname(), node: process.versions.node, cli: sees(cli), key: sees(key) };
writeFileSync(file + '.part', JSON.stringify(seen));
renameSync(file + '.part', file);
`;

const PATIENCE_MS = 120_000;
const LOOK_MS = 250;
/** Clocks that are further apart order the events of a run wrongly. */
const MOST_APART_MS = 5000;

export type ProbeEngine = {
  /** Returns the number or name of the job. */
  submit(order: EngineJob, env: Readonly<Record<string, string>>): Promise<string>;
  cancel(job: string): Promise<unknown>;
  /** What to do if it is refused. */
  readonly fix: Words;
};

/** A job of a second: whether it sees the folder, Node, Pitwall and the user's key, and how far its clock is off. */
export async function* bothSides(
  settings: EngineSettings,
  options: TargetCheckOptions,
  engine: ProbeEngine,
): AsyncGenerator<TargetFinding> {
  const dir = await mkdtemp(path.join(options.runs, '.pitwall-probe-'));
  const answer = path.join(dir, 'answer.json');
  const key = path.join(stateFolder(), 'key');
  const { program, env } = nodeOf(undefined);
  const cli = path.join(options.installDir, 'cli.js');
  const script = path.join(dir, 'job.sh');
  const argv = [program, '-e', PROBE, answer, cli, key];
  const order = { name: 'pitwall-doctor', id: 'pitwall-doctor', dir, script, argv };
  try {
    await writeWhole(script, jobScript(settings));
    const sent = await tried(() => engine.submit(order, env));
    if (!sent.ok) yield failedAs(sent.said, engine.fix);
    else yield* judgeProbe({ answer, key, hasKey: existsSync(key), job: sent.value, engine }, options);
  } finally {
    removeTree(dir, options.runs);
  }
}

type SentProbe = {
  readonly answer: string;
  readonly key: string;
  readonly hasKey: boolean;
  readonly job: string;
  readonly engine: ProbeEngine;
};

async function* judgeProbe(
  probe: SentProbe,
  { runs, patienceMs = PATIENCE_MS }: TargetCheckOptions,
): AsyncGenerator<TargetFinding> {
  const { job, key, hasKey, engine } = probe;
  const begun = performance.now();
  let seen = await readProbe(probe);
  while (!seen && performance.now() - begun < patienceMs) {
    await sleep(LOOK_MS);
    seen = await readProbe(probe);
  }
  if (!seen) {
    await tried(() => engine.cancel(job));
    const seconds = Math.round(patienceMs / 1000);
    const said = words('a job of a second gave no sign in {0} within {1} s', runs, seconds);
    yield failedAs(
      said,
      words('if it only waits, try again later; else choose a folder that the nodes see: runs'),
    );
    return;
  }
  const { host, node, cli, off } = seen;
  yield { ok: true, said: words('node {0} sees {1}, and runs Node {2}', host, runs, node) };
  if (!cli)
    yield failedAs(
      words('node {0} does not see Pitwall', host),
      words('install it in a folder that the nodes see'),
    );
  if (hasKey && !seen.key)
    yield failedAs(
      words('node {0} does not see {1}', host, key),
      words('set XDG_STATE_HOME to a shared folder'),
    );
  const apart = words('the clocks are {0} s apart', (off / 1000).toFixed(1));
  yield Math.abs(off) < MOST_APART_MS
    ? { ok: true, said: apart }
    : failedAs(apart, words('have them set by NTP'));
}

/** The node's clock against this one's, at the moment at which the answer is seen. */
async function readProbe({ answer }: Pick<SentProbe, 'answer'>) {
  const read = await readJsonFile(answer, zProbe, { most: 10_000 });
  return read && { ...read, off: read.t - Date.now() };
}
