import { type CreatedRun, createRun, type NewRun } from '../../run/folder/create';
import { ensureKeeper, type HostOptions } from './ensure-keeper';

/** Writes the run folder and starts its keeper, which starts the trainer and outlives this process. */
export async function startRun(options: NewRun & HostOptions): Promise<CreatedRun> {
  const created = await createRun(options);
  await ensureKeeper(created.dir, options, 'start');
  return created;
}
