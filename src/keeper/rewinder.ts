import { randomUUID } from 'node:crypto';
import { quoted, words } from '../base/words';
import type { RewindPlan } from '../domain/run/rewind';
import { canRewind, hasDiverged, ownRewinds, rewindPlan, rewindRefusal } from '../protocol/rewind-target';
import type { RunFile } from '../run/files';
import type { ControlRequest } from '../run/requests';
import type { Requests } from './requests';
import type { RunJournal } from './run-journal';
import type { TrainerControl } from './trainer-control';

type RewindRequest = Extract<ControlRequest, { type: 'rewind' }>;
type AskedRewind = { readonly id: string; readonly from: string; readonly request: RewindRequest };

export type RewinderParts = {
  readonly run: RunFile;
  readonly journal: RunJournal;
  readonly requests: Requests;
  readonly trainer: TrainerControl;
};

/** Takes a run back to a checkpoint from before the trouble: on request, and by itself if the experiment says so. */
export class Rewinder {
  readonly #parts: RewinderParts;
  #asked: AskedRewind | undefined;

  constructor(parts: RewinderParts) {
    this.#parts = parts;
  }

  /** A living trainer is ended first. A refusal is answered at once, anything else when the new attempt has begun. */
  async ask(asked: AskedRewind): Promise<void> {
    const { journal, requests, trainer } = this.#parts;
    const { id, request } = asked;
    // An earlier keeper had begun the attempt and died before it answered.
    const known = journal.state.controls.find((control) => control.id === id);
    if (known)
      return requests.answer(id, request, { ok: known.ok, said: known.said ?? quoted(known.message) });
    const refusal = this.#asked
      ? words('the run is just being rewound')
      : rewindRefusal(journal.state, request.epoch);
    if (refusal !== undefined) return requests.answer(id, request, { ok: false, said: refusal });
    this.#asked = asked;
    requests.hold(id, request);
    if (!trainer.alive) return;
    await requests.forward(randomUUID(), { type: 'stop' }, 'keeper');
    trainer.stop({ kind: 'rewind' });
  }

  /** Whether the run that has just ended goes back to a checkpoint instead. */
  get isDue(): boolean {
    return this.#asked !== undefined || this.#diverged();
  }

  /** Starts the next attempt. The trainer is gone and nothing is being validated. */
  async start(): Promise<void> {
    const { requests, trainer, journal } = this.#parts;
    const { id, from, request } = this.#asked ?? { id: randomUUID(), from: 'keeper', request: OWN };
    const { said, ...plan } = this.#plan(request);
    requests.close(() => ({ ok: false, said: words('the run was rewound') }), id);
    await requests.forward(id, { type: 'rewind', ...plan }, from);
    journal.note({ type: 'rewind', ...plan, by: from, said: words('rewind: {0}', said) });
    this.#asked = undefined;
    trainer.again();
  }

  #plan({ epoch: asked, lrFactor, warmup }: RewindRequest): RewindPlan {
    const planned = rewindPlan(this.#parts.journal.state, asked);
    const { epoch } = planned;
    return {
      ...planned,
      ...(lrFactor !== undefined && { lrFactor }),
      ...(warmup !== undefined && { warmup }),
      said: lrFactor === undefined ? planned.said : words('back to epoch {0}, LR x {1}', epoch, lrFactor),
    };
  }

  /** Only a run that ended while this keeper was running: one that comes later for another request changes nothing. */
  #diverged(): boolean {
    const { run, journal, trainer } = this.#parts;
    const { on_divergence, rewind } = run.experiment.resolved;
    const { outcome, hasSeenEnd } = trainer;
    const isDiverged = outcome !== undefined && hasSeenEnd && hasDiverged(journal.state, outcome.state);
    return (
      isDiverged &&
      canRewind(journal.state) &&
      on_divergence === 'rewind' &&
      ownRewinds(journal.state) < rewind.tries
    );
  }
}

const OWN: RewindRequest = { type: 'rewind' };
