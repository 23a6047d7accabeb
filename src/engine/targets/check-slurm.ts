import { nearestName } from '../../base/suggest';
import { quoted, words } from '../../base/words';
import { sbatchArguments } from '../../domain/targets/slurm-arguments';
import type { SlurmSettings } from '../../domain/targets/target-keys';
import { bothSides, type ProbeEngine } from './both-sides';
import { failedAs, spaceOf, type TargetCheckOptions, type TargetFinding, tried } from './finding';
import { askSlurm } from './slurm';

/** Whether runs can be handed over to a cluster: each finding as it is known. What depends on one that failed is left out. */
export async function* checkSlurm(
  settings: SlurmSettings,
  options: TargetCheckOptions,
): AsyncGenerator<TargetFinding> {
  const version = await tried(() => askSlurm('sinfo', ['--version']));
  yield version.ok ? { ok: true, said: quoted(version.value.trim()) } : failedAs(version.said, INSTALL);
  if (!version.ok) return;
  const listed = await tried(() => askSlurm('sinfo', ['-h', '-o', '%R|%a|%G|%D']));
  if (!listed.ok) {
    yield failedAs(listed.said, words('ask the administrators, or try again later'));
    return;
  }
  const partition = partitionOf(listed.value, settings);
  yield partition;
  const accounting = await tried(() => askSlurm('sacct', ['-n', '-X', '-S', 'now']));
  yield accounting.ok
    ? { ok: true, said: words('sacct answers') }
    : { ok: true, said: words('there is no accounting: how a job ended is known for some minutes only') };
  yield await spaceOf(options.runs);
  if (partition.ok) yield* bothSides(settings, options, probeOf(settings));
}

const INSTALL = words('run Pitwall on a login node of the cluster, with sbatch on PATH');

function partitionOf(listed: string, { partition, gpus }: SlurmSettings): TargetFinding {
  const rows = listed.split('\n').map((line) => line.trim().split('|'));
  const names = [...new Set(rows.flatMap(([name = '']) => (name === '' ? [] : [name])))];
  if (partition === undefined) return { ok: true, said: words('partitions: {0}', names.join(', ')) };
  const own = rows.filter(([name]) => name === partition);
  if (own.length === 0) {
    const near = nearestName(partition, names) ?? names.join(', ');
    return failedAs(words('there is no partition {0}', partition), quoted(`partition: ${near}`));
  }
  if (!own.some(([, state]) => state === 'up'))
    return failedAs(words('partition {0} is not up', partition), words('name another one, or wait'));
  const offered = [...new Set(own.map(([, , gres = '']) => gres))].join(', ');
  if (gpus !== undefined && gpus !== '0' && !offered.includes('gpu'))
    return failedAs(
      words('partition {0} has no GPUs', partition),
      words('take gpus out, or name a partition with GPUs'),
    );
  return { ok: true, said: words('partition {0}: {1}', partition, offered) };
}

function probeOf(settings: SlurmSettings): ProbeEngine {
  return {
    async submit(order, env) {
      const args = sbatchArguments({ ...settings, requeue: false, time: '1' }, order);
      return (await askSlurm('sbatch', args, { cwd: order.dir, env: { ...process.env, ...env } })).trim();
    },
    cancel: (job) => askSlurm('scancel', [job]),
    fix: words('change the target as sbatch says'),
  };
}
