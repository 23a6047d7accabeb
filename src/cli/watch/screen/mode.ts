import { inEnglish } from '../../../base/words';
import { previewLines, tooHighSentence } from '../../../domain/schedule/lr-preview';
import { foreseeLr, type LrRequest, nextStep } from '../../../protocol/lr-request';
import type { ControlRequest } from '../../../run/requests';
import type { RunState } from '../../../run/state';
import type { Key } from './terminal';

/** What the keys mean at this moment. */
export type Mode =
  | { readonly kind: 'watch' }
  | { readonly kind: 'stop?' }
  | { readonly kind: 'type-lr'; readonly text: string }
  /** What each group gets is shown before anything is sent. */
  | { readonly kind: 'lr?'; readonly request: LrRequest; readonly lines: readonly string[] };

export type KeyAct =
  | { readonly kind: 'leave' | 'interrupt' | 'next' | 'resume' }
  | { readonly kind: 'ask'; readonly request: ControlRequest }
  | { readonly kind: 'say'; readonly text: string };

export type Pressed = { readonly mode: Mode; readonly act?: KeyAct };

export const WATCH: Mode = { kind: 'watch' };

/** What a key does. `isPaused`: the run waits to be resumed. */
export function press(
  mode: Mode,
  key: Key,
  run: { readonly state: RunState; readonly isPaused: boolean },
): Pressed {
  if (key.name === 'interrupt') return { mode: WATCH, act: { kind: 'interrupt' } };
  if (mode.kind === 'watch') return pressedWatching(key, run.isPaused);
  if (key.name === 'escape') return { mode: WATCH };
  if (mode.kind === 'type-lr') return pressedTyping(mode.text, key, run.state);
  if (key.text !== 'y') return key.text === 'n' ? { mode: WATCH } : { mode };
  const request = mode.kind === 'lr?' ? mode.request : ({ type: 'stop' } as const);
  return { mode: WATCH, act: { kind: 'ask', request } };
}

function pressedWatching({ text }: Key, isPaused: boolean): Pressed {
  if (text === 'q') return { mode: WATCH, act: { kind: 'leave' } };
  if (text === 'n') return { mode: WATCH, act: { kind: 'next' } };
  if (text === 'p')
    return { mode: WATCH, act: isPaused ? { kind: 'resume' } : { kind: 'ask', request: { type: 'pause' } } };
  if (isPaused) return { mode: WATCH };
  if (text === 's') return { mode: { kind: 'stop?' } };
  return { mode: text === 'l' ? { kind: 'type-lr', text: '' } : WATCH };
}

const LONGEST = 20;

function pressedTyping(text: string, key: Key, state: RunState): Pressed {
  if (key.name === 'return') return foreseen(text, state);
  const typed = key.name === 'backspace' ? text.slice(0, -1) : `${text}${key.text}`;
  return { mode: { kind: 'type-lr', text: typed.slice(0, LONGEST) } };
}

function foreseen(text: string, state: RunState): Pressed {
  const value = Number(text);
  if (text !== 'plan' && !(value > 0 && Number.isFinite(value)))
    return {
      mode: { kind: 'type-lr', text },
      act: { kind: 'say', text: 'expected a number above 0, or plan' },
    };
  const wanted: LrRequest =
    text === 'plan' ? { type: 'lr', mode: 'plan' } : { type: 'lr', mode: 'scale', value };
  const seen = foreseeLr(state, wanted, nextStep(state));
  const high = seen?.tooHigh;
  const request = high ? { ...wanted, confirmed: true } : wanted;
  const lines = seen ? previewLines(seen.preview) : [];
  const all = high ? [...lines, tooHighSentence(high)] : lines;
  return { mode: { kind: 'lr?', request, lines: all.map(inEnglish) } };
}
