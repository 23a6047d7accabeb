import { createRandom } from '../../src/base/random';
import { FAMILIES, type StopRule, stopOne } from './early-stop-curves';

export type Cost = { readonly family: string; readonly lost: number; readonly saved: number };

const EPOCHS = 100;

/** What early stopping costs and saves in each kind of run, the mean of so many runs. */
export function costsOf(rule: StopRule, runs: number): Cost[] {
  return Object.entries(FAMILIES).map(([family, curve]) => {
    const stopped = Array.from({ length: runs }, (_, i) => stopOne(curve, rule, createRandom(i + 1, 3)));
    const mean = (of: (s: (typeof stopped)[number]) => number): number =>
      stopped.reduce((sum, one) => sum + of(one), 0) / runs;
    return { family, lost: mean(({ lost }) => lost), saved: EPOCHS - mean(({ epoch }) => epoch) };
  });
}

export function meanCost(costs: readonly Cost[]): Omit<Cost, 'family'> {
  const mean = (of: (cost: Cost) => number): number =>
    costs.reduce((sum, cost) => sum + of(cost), 0) / costs.length;
  return { lost: mean(({ lost }) => lost), saved: mean(({ saved }) => saved) };
}

const RULES: readonly { readonly title: string; readonly rule: StopRule }[] = [
  { title: 'patience 10', rule: { patience: 10, knowsPlan: true } },
  { title: 'patience 30', rule: { patience: 30, knowsPlan: true } },
  { title: 'patience 10, not knowing the plan', rule: { patience: 10, knowsPlan: false } },
];

export function earlyStopTable(runs: number): string {
  const columns = RULES.map(({ rule }) => costsOf(rule, runs));
  const shown = ({ lost, saved }: Omit<Cost, 'family'>): string =>
    `${lost.toFixed(4)}, ${Math.round(saved)} saved`;
  const rows = Object.keys(FAMILIES).map(
    (family, i) => `| ${family} | ${columns.map((costs) => shown(costs[i])).join(' | ')} |`,
  );
  const means = `| **mean** | ${columns.map((costs) => shown(meanCost(costs))).join(' | ')} |`;
  const title = RULES.map(({ title }) => title).join(' | ');
  return [`| run of 100 epochs | ${title} |`, '|---|---|---|---|', ...rows, means].join('\n');
}
