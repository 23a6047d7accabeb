import { MultiBar, type SingleBar } from 'cli-progress';
import { visible } from '../../base/visible';
import { type CliIo, type OutputStream, printLine, textWidth } from '../io';
import { terminalText } from './terminal-text';

/** One bar at the bottom of a terminal with lines above it; on a pipe only the lines. */
export type ProgressBar = {
  readonly line: (text: string) => void;
  /** `share` in 0..1; `left` and `right` are the texts beside the bar. */
  readonly update: (share: number, left: string, right: string) => void;
  readonly stop: () => void;
};

export function createProgress(stream: OutputStream, { TERM }: CliIo['env']): ProgressBar {
  return stream.isTTY && TERM !== 'dumb' ? terminalProgress(stream) : plainProgress(stream);
}

function plainProgress(stream: OutputStream): ProgressBar {
  return { line: (text) => printLine(stream, text), update: () => undefined, stop: () => undefined };
}

type Payload = { left: string; right: string };

const UPDATES_PER_SECOND = 8;

function terminalProgress(stream: OutputStream): ProgressBar {
  const bars = new MultiBar({
    stream: stream as NodeJS.WritableStream,
    format: (_options, params, payload: Payload) => barLine(params.progress, payload, textWidth(stream) - 1),
    clearOnComplete: true,
    hideCursor: true,
    linewrap: true,
    emptyOnZero: true,
    fps: UPDATES_PER_SECOND,
    gracefulExit: false,
  });
  let bar: SingleBar | undefined;
  return {
    line: (text) => {
      if (!bar) return printLine(stream, text);
      bars.log(`${terminalText(text)}\n`);
      bars.update();
    },
    update: (share, left, right) => {
      const payload: Payload = { left, right };
      bar ??= bars.create(1000, 0, payload);
      bar.update(Math.round(1000 * share), payload);
    },
    stop: () => {
      if (bar) bars.stop();
      bar = undefined;
    },
  };
}

/** `left ━━━━━──── right`, cut to the width; the bar is dropped first if there is no room. */
export function barLine(share: number, payload: Payload, width: number): string {
  const [left, right] = [visible(payload.left), visible(payload.right)];
  const room = width - left.length - right.length - 2;
  if (room < 6) return `${left} ${right}`.slice(0, width);
  const cells = Math.min(room, 40);
  const full = Math.round(cells * Math.max(0, Math.min(1, share)));
  return `${left} ${'━'.repeat(full)}${'─'.repeat(cells - full)} ${right}`;
}
