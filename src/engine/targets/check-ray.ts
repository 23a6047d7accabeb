import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Words, words } from '../../base/words';
import type { RaySettings } from '../../domain/targets/target-keys';
import { bothSides, type ProbeEngine } from './both-sides';
import { EngineError } from './engine-error';
import { failedAs, spaceOf, type TargetCheckOptions, type TargetFinding, tried } from './finding';
import { askRay, isTokenOpen } from './ray';
import { submitToRay } from './submit-ray';

/** Whether runs can be handed over to a Ray cluster: each finding as it is known. What depends on one that failed is left out. */
export async function* checkRay(
  settings: RaySettings,
  options: TargetCheckOptions,
): AsyncGenerator<TargetFinding> {
  // Known before anything is asked, as asking sends it.
  if (isTokenOpen(settings)) yield { ok: true, warns: true, said: OPEN_TOKEN(settings.address), fix: CLOSE };
  const version = await versionOf(settings);
  yield version;
  if (!version.ok) return;
  const room = await roomOf(settings);
  yield room;
  yield await spaceOf(options.runs);
  if (room.ok) yield* bothSides(settings, options, probeOf(settings));
}

const OPEN_TOKEN = (address: string): Words =>
  words('your token travels to {0} over plain http: anyone on the way can read it', address);
const CLOSE = words('address: https://..., or a tunnel to this machine (ssh -L 8265:localhost:8265)');

const FIND = words(
  "address: that of Ray's dashboard, which `ray start --head` prints; mind firewalls and tunnels",
);
/** Its Jobs API is another before. */
const OLDEST = 2;
const WITHIN = { timeoutMs: 10_000 };
const zVersion = z.looseObject({ ray_version: z.string().max(40) });

async function versionOf(settings: RaySettings): Promise<TargetFinding> {
  const { address } = settings;
  try {
    const answer = zVersion.safeParse(await askRay(settings, '/api/version', WITHIN));
    if (!answer.success) return failedAs(words("{0} does not answer as Ray's dashboard does", address), FIND);
    const { ray_version: version } = answer.data;
    if (Number.parseInt(version, 10) < OLDEST)
      return failedAs(words('Ray {0} has no jobs as Pitwall submits them', version), words('install Ray 2'));
    return { ok: true, said: words('Ray {0} at {1}', version, address) };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // What it says of a token says what to do.
    return error.isPassing ? failedAs(error.said, FIND) : { ok: false, said: error.said };
  }
}

const zResources = z.record(z.string(), z.number());
const zNodes = z.looseObject({
  data: z.looseObject({
    result: z.looseObject({
      result: z.array(z.looseObject({ state: z.string(), resources_total: zResources.nullish() })),
    }),
  }),
});

/** Whether one node has what a run asks for. */
async function roomOf(settings: RaySettings): Promise<TargetFinding> {
  const listed = await tried(() => askRay(settings, '/api/v0/nodes?detail=true&limit=1000', WITHIN));
  const nodes = listed.ok ? zNodes.safeParse(listed.value).data : undefined;
  if (!nodes) return { ok: true, said: words('what its nodes have is not known') };
  const alive = nodes.data.result.result.filter(({ state }) => state === 'ALIVE');
  const has = alive.map(({ resources_total: total }) => ({ cpus: total?.CPU ?? 0, gpus: total?.GPU ?? 0 }));
  const [cpus, gpus] = [settings.cpus ?? 1, Number(settings.gpus ?? 0)];
  const most = has.map((one) => `${one.cpus} CPU, ${one.gpus} GPU`);
  if (has.some((one) => one.cpus >= cpus && one.gpus >= gpus))
    return { ok: true, said: words('nodes: {0}', [...new Set(most)].join('; ')) };
  return failedAs(
    words('no node has {0} CPU, {1} GPU; nodes: {2}', cpus, gpus, [...new Set(most)].join('; ')),
    words('ask for less: cpus, gpus; or add a node'),
  );
}

function probeOf(settings: RaySettings): ProbeEngine {
  return {
    submit: (order, env) => submitToRay(settings, order, { id: `pitwall-doctor-${randomUUID()}`, env }),
    cancel: (job) => askRay(settings, `/api/jobs/${job}/stop`, { method: 'POST' }),
    fix: words('change the target as Ray says'),
  };
}
