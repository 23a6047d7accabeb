import type { TrainerEventOf } from '../../protocol/events';
import type { ProcessIdentity, RunStateName, StatusFile } from '../../protocol/run-files';
import { FINAL_STATES } from '../../protocol/run-files';
import { livenessOf } from '../process/identity';

/** Who of a run lives, as far as this machine can know. */
export type Presence = {
  /** What to show: the keeper's word, mended where its processes are gone. */
  readonly state: RunStateName;
  /** here: the processes' identities are of this machine, container and boot. elsewhere: nothing can be known but the heartbeat. */
  readonly where: 'here' | 'elsewhere' | 'unknown';
  readonly host?: string;
  readonly keeperAlive: boolean;
  readonly trainerAlive: boolean;
  readonly lastSeen?: number;
  /** One sentence beside the state, where the state alone would not tell the truth. */
  readonly note?: string;
};

export type PresenceInput = {
  readonly status: StatusFile | undefined;
  readonly end: TrainerEventOf<'end'> | undefined;
  readonly now: number;
  /** Of the lock's owner, for the moment before the keeper's first status. */
  readonly ownerAlive?: boolean;
  /** When the run was created, Unix ms. */
  readonly created: number;
  /** The run is somebody else's and only followed: it does not end with our processes. */
  readonly follows?: boolean;
};

const STARTING_MS = 15_000;

/** Looks at processes and files only; starts nothing. */
export function presenceOf(input: PresenceInput): Presence {
  const { status } = input;
  if (status === undefined) return beforeStatus(input);
  const { host } = status.keeper;
  const common = { host, lastSeen: status.heartbeat };
  if (FINAL_STATES.has(status.state) && status.state !== 'lost')
    return { ...common, where: whereIs(status.keeper), state: status.state, ...DEAD, ...noteOf(status) };
  if (whereIs(status.keeper) === 'elsewhere') return seenElsewhere(input, status);
  return { ...common, where: 'here', ...hereState(input, status) };
}

const DEAD = { keeperAlive: false, trainerAlive: false } as const;

const noteOf = (status: StatusFile): { note?: string } =>
  status.reason === undefined ? {} : { note: status.reason };

function whereIs(identity: ProcessIdentity): 'here' | 'elsewhere' {
  return livenessOf(identity) === 'elsewhere' ? 'elsewhere' : 'here';
}

function beforeStatus({ created, now, ownerAlive, end, follows }: PresenceInput): Presence {
  const starting = ownerAlive === true || now - created < STARTING_MS;
  const state = end ? stateOfEnd(end) : starting || follows ? 'starting' : 'lost';
  const note = state === 'lost' ? { note: 'its keeper never started' } : {};
  return { state, where: 'unknown', keeperAlive: ownerAlive === true, trainerAlive: false, ...note };
}

function seenElsewhere({ now }: PresenceInput, status: StatusFile): Presence {
  const { host } = status.keeper;
  const seconds = Math.max(0, Math.round((now - status.heartbeat) / 1000));
  return {
    state: status.state,
    where: 'elsewhere',
    host,
    ...DEAD,
    lastSeen: status.heartbeat,
    note: `on ${host}, last seen ${seconds} s ago`,
  };
}

type HereState = Pick<Presence, 'state' | 'keeperAlive' | 'trainerAlive' | 'note'>;

function hereState({ end, follows }: PresenceInput, status: StatusFile): HereState {
  const keeperAlive = livenessOf(status.keeper) === 'alive';
  const trainerAlive = status.trainer !== undefined && livenessOf(status.trainer) === 'alive';
  if (keeperAlive) return { state: status.state, keeperAlive, trainerAlive, ...noteOf(status) };
  if (trainerAlive)
    return { state: 'running', keeperAlive, trainerAlive, note: 'training goes on; its keeper is gone' };
  const ended = status.ended ?? (end && stateOfEnd(end));
  if (ended)
    return {
      state: ended,
      keeperAlive,
      trainerAlive,
      note: 'its keeper went before the last checkpoints were validated',
    };
  if (follows)
    return { state: 'running', ...DEAD, note: 'nobody follows it at present; pitwall watch goes on' };
  return { state: 'lost', ...DEAD, note: 'trainer and keeper are gone without a word' };
}

export function stateOfEnd(end: TrainerEventOf<'end'>): RunStateName {
  return end.reason;
}
