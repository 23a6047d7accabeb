import { words } from '../../../base/words';
import {
  createStreak,
  type MonitorRule,
  type RuleFinding,
  type RuleVerdict,
  type StepReading,
  show,
} from './rule';

/**
 * A hundredth is far above what 32-bit numbers round to, and far below any other schedule; eight steps, because a trainer may
 * apply a change of the plan a few steps late.
 */
const OFF = { share: 0.01, steps: 8 } as const;

type Off = { readonly plan: number; readonly lr: number; readonly off: number; readonly group: string };

/** The groups that are far from their plan, the farthest first. */
function offGroups({ lr, planned = [], groups }: StepReading, peak: number): Off[] {
  const all = planned.map((plan, i) => ({
    plan,
    lr: lr[i],
    off: Math.abs(lr[i] - plan),
    group: groups[i] ?? '',
  }));
  const far = all.filter(({ plan, off }) => off > OFF.share * (plan + 1e-3 * peak));
  return far.sort((a, b) => b.off - a.off);
}

const lrOffPlan: MonitorRule = {
  rule: 'lr_off_plan',
  severity: 'warning',
  next: words('look for code of yours that sets it (a callback, a scheduler), or set the LR that you want'),
  action: 'set_lr',
  create() {
    const streak = createStreak(OFF.steps);
    let peak = 0;
    return (reading, isRaised): RuleVerdict => {
      if (reading.kind === 'attempt') streak.clear();
      if (reading.kind !== 'step' || reading.planned === undefined) return undefined;
      peak = Math.max(peak, ...reading.planned.filter(Number.isFinite));
      const off = offGroups(reading, peak);
      return streak.judge(off.length > 0, 1, { isRaised, finding: () => offFinding(off[0]) });
    };
  },
};

const offFinding = ({ plan, lr, group }: Off): RuleFinding => ({
  numbers: { applied: lr, planned: plan },
  said: words(
    'the LR is not as planned: {0} is applied to {1}, the schedule has {2}',
    show(lr),
    group,
    show(plan),
  ),
});

export const LR_RULES: readonly MonitorRule[] = [lrOffPlan];
