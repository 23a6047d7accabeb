import { createTranslate } from '../../base/translate';
import { inEnglish, type Words, words } from '../../base/words';
import { formatDuration } from '../../domain/display/format';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { TrainerEventOf } from '../../run/events';
import type { ProcessIdentity, RunFile, StatusFile } from '../../run/files';
import type { JobFile } from '../../run/job';
import { isRangeTest } from '../../run/kind';
import type { RunStateName } from '../../run/state-names';
import { FINAL_STATES } from '../../run/state-names';
import { knownTime } from '../../run/times';
import { isAlive, livenessOf } from '../process/identity';
import { markOf, trainersOfRun } from '../process/run-processes';
import { readJobSync } from '../targets/job-file';
import { withJob } from './job-presence';

/** Which processes of a run are alive, as far as this machine can know. */
export type Presence = {
  /** The state to show: the keeper's, corrected if its processes are gone. */
  readonly state: RunStateName;
  /**
   * here: the processes' identities are of this machine, container and boot. elsewhere: only the heartbeat can be
   * known.
   */
  readonly where: 'here' | 'elsewhere' | 'unknown';
  readonly host?: string;
  readonly keeperAlive: boolean;
  readonly trainerAlive: boolean;
  readonly lastSeen?: number;
  /** One sentence beside the state, if the state alone would mislead. */
  readonly note?: string;
  /** The note, for readers of other languages. */
  readonly said?: Words;
};

export type PresenceInput = {
  /** The run folder, in which its processes hold files open. */
  readonly dir: string;
  readonly status: StatusFile | undefined;
  readonly end: TrainerEventOf<'end'> | undefined;
  readonly now: number;
  /** Of the lock's owner, for the moment before the keeper's first status. */
  readonly ownerAlive?: boolean;
  /** When the run was created, Unix ms. */
  readonly created: number;
  /** The run belongs to another program and is only followed: it does not end with our processes. */
  readonly follows?: boolean;
  /** A range test that blew up has done its work. */
  readonly rangeTest?: boolean;
  /**
   * Whether a program of the run is alive that its reader and keeper have left behind; checked last, as it takes long.
   */
  readonly programLives?: () => boolean;
  /** The job of an engine that keeps the run. */
  readonly job?: JobFile | undefined;
};

const plain = createTranslate();
/** A state is true within ten seconds, also if nothing came of the start. */
const STARTING_MS = 10_000;

/** What else decides about a run that reads another program. */
export function othersOf(
  dir: string,
  run: RunFile,
): Pick<PresenceInput, 'follows' | 'programLives' | 'rangeTest' | 'job'> {
  const rangeTest = isRangeTest(run);
  if (run.target !== undefined) return { job: readJobSync(dir), rangeTest };
  if (rangeTest) return { rangeTest };
  if (run.follows) return { follows: true };
  if (!TRAINERS[run.experiment.resolved.trainer].isReader) return {};
  return { programLives: () => trainersOfRun(markOf(dir, run)).length > 0 };
}

/** Reads processes and files only; starts nothing. */
export function presenceOf(input: PresenceInput): Presence {
  const presence = input.job ? withJob(judge(input), { ...input, job: input.job }) : judge(input);
  if (!input.rangeTest || presence.state !== 'diverged') return presence;
  // Earlier versions called it so; the note is about the loss that was meant to blow up.
  const { note, said, ...rest } = presence;
  return { ...rest, state: 'completed' };
}

function judge(input: PresenceInput): Presence {
  const { status } = input;
  if (status === undefined) return beforeStatus(input);
  const { host } = status.keeper;
  const common = { host, lastSeen: status.heartbeat };
  if (FINAL_STATES.has(status.state) && status.state !== 'lost')
    return {
      ...common,
      where: whereIs(status.keeper, input.dir),
      state: status.state,
      ...DEAD,
      ...noteOf(status),
    };
  if (whereIs(status.keeper, input.dir) === 'elsewhere') return seenElsewhere(input, status);
  return { ...common, where: 'here', ...hereState(input, status) };
}

const DEAD = { keeperAlive: false, trainerAlive: false } as const;

type Note = Pick<Presence, 'note' | 'said'>;

const noted = (said: Words): Note => ({ note: inEnglish(said), said });

const noteOf = ({ reason, said }: StatusFile): Note =>
  reason === undefined ? {} : { note: reason, ...(said && { said }) };

function whereIs(identity: ProcessIdentity, dir: string): 'here' | 'elsewhere' {
  return livenessOf(identity, dir) === 'elsewhere' ? 'elsewhere' : 'here';
}

function beforeStatus({ created, now, ownerAlive, end, follows }: PresenceInput): Presence {
  const starting = ownerAlive === true || now - (knownTime(created, now) ?? 0) < STARTING_MS;
  const state = end ? stateOfEnd(end) : starting || follows ? 'starting' : 'lost';
  const note = state === 'lost' ? noted(words('its keeper never started')) : {};
  return { state, where: 'unknown', keeperAlive: ownerAlive === true, trainerAlive: false, ...note };
}

/** Longer than a keeper is ever silent, and than clocks of one cluster are apart. */
const LOST_MS = 300_000;

function seenElsewhere({ now }: PresenceInput, status: StatusFile): Presence {
  const { host } = status.keeper;
  const isLost = now - status.heartbeat > LOST_MS;
  return {
    state: isLost ? 'lost' : status.state,
    where: 'elsewhere',
    host,
    ...DEAD,
    lastSeen: status.heartbeat,
    ...noted(
      words('on {0}, last seen {1} ago', host, formatDuration((now - status.heartbeat) / 1000, plain)),
    ),
  };
}

type HereState = Pick<Presence, 'state' | 'keeperAlive' | 'trainerAlive' | 'note' | 'said'>;

function hereState(input: PresenceInput, status: StatusFile): HereState {
  const { dir, end } = input;
  const keeperAlive = isAlive(status.keeper, dir);
  const trainerAlive = isAlive(status.trainer, dir);
  if (keeperAlive) return { state: status.state, keeperAlive, trainerAlive, ...noteOf(status) };
  if (trainerAlive)
    return {
      ...{ state: 'running', keeperAlive, trainerAlive },
      ...noted(words('training goes on; its keeper is gone')),
    };
  const ended = status.ended ?? (end && stateOfEnd(end));
  if (ended)
    return {
      state: ended,
      keeperAlive,
      trainerAlive,
      ...noted(words('its keeper ended before the last checkpoints were validated')),
    };
  return { ...DEAD, ...leftAlone(input) };
}

/** Neither keeper nor reader is alive; the program that they read may go on all the same. */
function leftAlone({ follows, programLives }: PresenceInput): Pick<Presence, 'state' | 'note' | 'said'> {
  if (follows)
    return {
      state: 'running',
      ...noted(words('no process follows it at present; pitwall watch resumes that')),
    };
  if (programLives?.())
    return {
      state: 'running',
      ...noted(words('the program goes on, but nothing reads it; pitwall watch resumes that')),
    };
  return { state: 'lost', ...noted(words('trainer and keeper ended without a message')) };
}

export function stateOfEnd(end: TrainerEventOf<'end'>): RunStateName {
  return end.reason;
}
