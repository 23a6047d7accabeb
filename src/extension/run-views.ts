import { isWaiting } from '../engine/queue/queue';
import { shownForMs, statusBarOf } from '../protocol/dashboard/status-bar';
import { newsOf } from './run/alert-news';
import { OpenRuns } from './run/open-runs';
import { checkpointItems, checkpointTreeItem } from './trees/checkpoint-item';
import { inQueueOrder } from './trees/queue-order';
import { runItem } from './trees/run-item';

/** What reads and shows runs, as one part: loaded once the workspace has a folder of them. */
export const runViews = {
  OpenRuns,
  checkpointItems,
  checkpointTreeItem,
  inQueueOrder,
  isWaiting,
  newsOf,
  runItem,
  shownForMs,
  statusBarOf,
} as const;
