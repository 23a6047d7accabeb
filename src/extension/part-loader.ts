import { toError } from '../base/async';
import type { Translate } from '../base/translate';

/** The result of `import()`, or an Error of one line that was shown to the person. */
export type Load = <T>(part: () => Promise<T>) => Promise<T>;

/**
 * Loads parts of the extension when they are first needed: one after the other, each in its own turn of the event loop,
 * since reading and compiling one takes milliseconds in which the host does nothing else. The same error is shown once;
 * the next caller tries again.
 */
export function createLoader(t: Translate, report: (error: Error) => void): Load {
  const reported = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  const fail = (reason: unknown): never => {
    const cause = toError(reason);
    // Node lists every module that led to the missing one, a line each.
    const [why] = cause.message.split('\n');
    const error = new Error(t('A part of Pitwall could not be loaded: {0}', why), { cause });
    if (!reported.has(why)) report(error);
    reported.add(why);
    throw error;
  };
  return (part) => {
    const loading = last.then(nextTurn).then(part).catch(fail);
    last = loading.catch(() => undefined);
    return loading;
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
