import { createRandom } from '../../src/base/random';
import type { TableRun } from '../../src/protocol/runs-table/session';
import { wholeExperiment, wholeRunFile } from './whole-experiment';

const STATES = ['completed', 'completed', 'stopped', 'completed', 'failed', 'diverged'] as const;
const LR0 = [0.001, 0.005, 0.01, 0.02, 0.05];
const NOW = 1_790_000_000_000;

function runOf(i: number): TableRun {
  const random = createRandom(i, 7);
  const { schedule } = wholeExperiment();
  const name = `${i % 7 === 3 ? 'pcb-inspection-line-4-with-mosaic' : 'sweep'}-${i + 1}`;
  const resolved = wholeExperiment({
    epochs: 300,
    seed: i % 5,
    batch: [8, 16, 32][i % 3],
    schedule: { ...schedule, lr0: LR0[i % LR0.length] },
  });
  const created = NOW - (i + 1) * 9e6;
  const state = i === 0 ? 'running' : STATES[i % STATES.length];
  const epoch = i === 0 ? 112 : 300;
  const best = { epoch: 200 + (i % 90), map: 0.4 + 0.3 * random.next() };
  const progress = { attempt: 1, epoch, epochs: 300, step: epoch * 50, totalSteps: 15_000, best };
  const keeper = { pid: 1, started: '1', boot: 'b', host: 'gpu-box', pidns: '' };
  return {
    dir: `/work/runs/${name}`,
    name,
    run: wholeRunFile({
      id: name,
      name,
      created,
      experiment: { file: 'pcb.train.yaml', text: '', resolved },
      git: { commit: 'a1b2c3d4e5'.repeat(4), dirty: i % 3 === 0 },
    }),
    meta: {
      ...(i % 11 === 4 && { title: `Baseline ${i}`, tags: ['keep', 'paper'] }),
      ...(i % 13 === 6 && { notes: 'longer warm-up, see the discussion of the hot run' }),
      ...(i % 17 === 9 && { archived: true }),
    },
    status: {
      format: 1,
      state,
      stalled: false,
      heartbeat: created + 3e6,
      keeper,
      progress,
      queue: { waiting: [] },
    },
    presence: { state },
    own: i % 23 !== 5,
  };
}

/** Made-up runs of a sweep over lr0, batch and seed: the first one trains, some have titles, notes or are archived. */
export const tableRuns = (count: number): TableRun[] => Array.from({ length: count }, (_, i) => runOf(i));
