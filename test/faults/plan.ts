import { createRandom, type Random } from '../../src/base/random';

export const ROLES = ['keeper', 'trainer', 'validator'] as const;
export type Role = (typeof ROLES)[number];

/** What is done to a run, and when. All of it follows from the seed. */
export type Fault =
  | { readonly kind: 'kill'; readonly roles: readonly Role[] }
  | { readonly kind: 'freeze'; readonly role: Role; readonly ms: number }
  | { readonly kind: 'system'; readonly role: Role; readonly spec: string }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'torn'; readonly file: 'events.jsonl' | 'keeper.jsonl' | 'validation.jsonl' }
  | { readonly kind: 'hosts'; readonly ask: 'stop' | 'pause' | 'validate' | 'resume' };

export type Plan = {
  readonly seed: number;
  readonly fault: Fault;
  /** Lines of events.jsonl after which it happens, and ms after that. */
  readonly afterLines: number;
  readonly delayMs: number;
};

const ERRNO = { EACCES: 13, EMFILE: 24, ENOSPC: 28, EROFS: 30 } as const;
const OPS = 'open,write,mkdir,rename,link,unlink,readdir';
/** A frozen process is thawed after so long by hand; in CI there is no time for half a minute. */
export const FREEZE_MS = { ci: 3000, full: 30_000 } as const;

export function planOf(seed: number, freezeMs: number): Plan {
  const random = createRandom(seed, 77);
  return {
    seed,
    fault: faultOf(random, freezeMs),
    afterLines: random.below(LINES),
    delayMs: random.below(150),
  };
}

/** Steps, epochs and checkpoints of the undisturbed run are about so many lines. */
const LINES = 16;

function faultOf(random: Random, freezeMs: number): Fault {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  const role = pick(ROLES);
  const kind = pick([
    'kill',
    'kill',
    'freeze',
    'system',
    'system',
    'system',
    'clock',
    'watch',
    'deleted',
    'torn',
    'hosts',
  ]);
  switch (kind) {
    case 'kill':
      return {
        kind: 'kill',
        roles: random.below(3) === 0 ? ROLES.filter((one) => one === role || random.below(2) === 0) : [role],
      };
    case 'freeze':
      return { kind: 'freeze', role, ms: freezeMs };
    case 'clock':
      return system(role, `ops=clock;after=${random.below(400)};shift=${pick([-86_400, -600, 600, 86_400])}`);
    case 'watch':
      return system(
        pick(['keeper', 'trainer']),
        `ops=inotify;errno=${pick([ERRNO.ENOSPC, ERRNO.EMFILE])};count=100000`,
      );
    case 'deleted':
      return { kind: 'deleted' };
    case 'torn':
      return { kind: 'torn', file: pick(['events.jsonl', 'keeper.jsonl', 'validation.jsonl']) };
    case 'hosts':
      return { kind: 'hosts', ask: pick(['stop', 'pause', 'validate', 'resume']) };
    default: {
      const errno = ERRNO[pick(['EACCES', 'EMFILE', 'ENOSPC', 'EROFS'] as const)];
      const many = pick([1, 1, 3, 10, 40]);
      return system(role, `ops=${OPS};errno=${errno};after=${random.below(120)};count=${many}`);
    }
  }
}

/** Whether writing itself was made to fail for the trainer. */
export const refusesTheTrainer = ({ fault }: Plan): boolean =>
  fault.kind === 'system' && fault.role === 'trainer' && fault.spec.startsWith(`ops=${OPS}`);

const system = (role: Role, spec: string): Fault => ({ kind: 'system', role, spec });

export function describePlan({ seed, fault, afterLines, delayMs }: Plan): string {
  const { kind, ...rest } = fault;
  const what = Object.values(rest).join(' ');
  const when = kind === 'system' ? '' : ` after ${afterLines} lines and ${delayMs} ms`;
  return `seed ${seed}: ${kind} ${what}${when}`;
}
