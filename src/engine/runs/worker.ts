import { Transferred } from '../../protocol/channel';
import { channelToHost } from '../../protocol/node/transports';
import { compareBest } from '../compare/compare-runs';
import { listedDifferences } from '../compare/listed-baseline';
import { breakdownOf } from '../gallery/breakdown';
import { worstImagesOf } from '../gallery/worst-images';
import { reportOfRuns } from '../report/report-html';
import { viewSweep } from '../sweep/report';
import { loadEvents } from './load-events';
import type { WorkerTask } from './worker-task';

// A thread that does one long piece of work on run folders: the host's event loop is not blocked meanwhile.

async function work(task: WorkerTask): Promise<unknown> {
  if (task.kind === 'compare') return compareBest(task.a, task.b);
  if (task.kind === 'differences') return listedDifferences(task.baseline, task.others);
  if (task.kind === 'sweep') return viewSweep(task.dir);
  if (task.kind === 'worst') return worstImagesOf(task.request);
  if (task.kind === 'breakdown') return breakdownOf(task.request);
  if (task.kind === 'report') return reportOfRuns(task.request);
  const packed = await loadEvents(task.request);
  const buffers = packed.columns.map((column) => column.values.buffer as ArrayBuffer);
  return new Transferred(packed, buffers);
}

channelToHost({ handlers: { work: (task) => work(task as WorkerTask) } });
