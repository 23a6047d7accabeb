import { nearestName } from '../base/suggest';
import { badInput } from './failure';

const SETTABLE = ['lr'];

/** The value of `lr=V`, or that the plan is wanted back. */
export function parseAssignment(text: string): number | 'plan' {
  const [, key, written] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  if (key === undefined) throw badInput(`pitwall: ${text}: expected lr=VALUE or lr=plan`);
  if (!SETTABLE.includes(key)) {
    const near = nearestName(key, SETTABLE);
    throw badInput(`pitwall: ${key}: only lr can be set${near ? `, did you mean ${near}?` : ''}`);
  }
  if (written === 'plan') return written;
  const value = Number(written);
  if (written.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw badInput(`pitwall: lr: expected a number above 0 or plan, but got ${JSON.stringify(written)}`);
  return value;
}
