import type { ControlRequest } from '../../../run/requests';
import type { ControlFolder, Incoming } from './control-folder';

/** What the keeper has decided before it started this attempt. */
export type Rewind = {
  readonly incoming: Extract<Incoming, { kind: 'request' }>;
  readonly request: Extract<ControlRequest, { type: 'rewind' }>;
  /** Back to the checkpoint of this epoch; 0: to the beginning. */
  readonly epoch: number;
  readonly lrFactor: number;
  readonly warmup: number;
};

/** A rewind that waits in control/trainer/; it stays there until it is answered, and so do the other requests. */
export async function findRewind(control: ControlFolder): Promise<Rewind | undefined> {
  for (const incoming of await control.poll(0)) {
    if (incoming.kind !== 'request' || incoming.request.type !== 'rewind') continue;
    const { request } = incoming;
    const { epoch = 0, lrFactor = 1, warmup = 0 } = request;
    return { incoming, request, epoch, lrFactor, warmup };
  }
  return undefined;
}
