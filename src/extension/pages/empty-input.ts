import type { ViewInput } from '../../protocol/dashboard/input';
import { createRunState } from '../../run/reduce';
import { translate } from '../window';

/** What a view shows while there is no run at all. */
export function emptyInput(): ViewInput {
  return { state: createRunState(), planned: undefined, presence: undefined, now: Date.now(), t: translate };
}
