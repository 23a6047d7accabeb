import { createStepAlarms } from '../../src/domain/run/alarms';
import type { World } from './alarm-worlds';

export type Row = {
  readonly kind: string;
  readonly runs: number;
  /** Runs in which a rule raised an alarm without reason; healthy: any rule. */
  readonly falseAlarms: number;
  readonly falseRules: Readonly<Record<string, number>>;
  readonly hits: number;
  /** Median steps from the trouble to the first alarm. */
  readonly delay: number;
};

/** What the product's own rules report for each kind of run. */
export function tableOf(worlds: readonly World[]): Row[] {
  const kinds = [...new Set(worlds.map(({ kind }) => kind))];
  return kinds.map((kind) =>
    rowOf(
      kind,
      worlds.filter((world) => world.kind === kind),
    ),
  );
}

function rowOf(kind: string, worlds: readonly World[]): Row {
  const heard = worlds.map((world) => judge(world));
  const delays = heard.flatMap(({ delay }) => delay ?? []).sort((a, b) => a - b);
  const falseRules: Record<string, number> = {};
  for (const { wrong } of heard) for (const rule of wrong) falseRules[rule] = (falseRules[rule] ?? 0) + 1;
  return {
    kind,
    runs: worlds.length,
    falseAlarms: heard.filter(({ wrong }) => wrong.size > 0).length,
    falseRules,
    hits: delays.length,
    delay: delays[delays.length >> 1] ?? Number.NaN,
  };
}

function judge({ losses, sickFrom = Number.POSITIVE_INFINITY, rules }: World) {
  const alarms = createStepAlarms();
  const wrong = new Set<string>();
  let delay: number | undefined;
  losses.forEach((total, step) => {
    for (const { rule } of alarms.onStep({ step, epoch: 1, loss: { total } })) {
      if (step < sickFrom) wrong.add(rule);
      else if (rules.includes(rule)) delay ??= step - sickFrom;
    }
  });
  return { wrong, delay };
}
