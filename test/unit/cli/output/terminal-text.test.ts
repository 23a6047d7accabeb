// cspell:ignore mred mcoloured Mängel
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../../../src/base/csv-cell';
import { visible } from '../../../../src/base/visible';
import { type CliIo, type OutputStream, printJson, printLine } from '../../../../src/cli/io';
import { barLine, createProgress } from '../../../../src/cli/output/progress';
import { styleFor } from '../../../../src/cli/output/style';
import { formatTable } from '../../../../src/cli/output/table';

/** Sets title and clipboard, clears, overwrites the line, turns direction; by 7-bit and by 8-bit sequences. */
const HOSTILE = [
  '\u001b]0;title\u0007',
  '\u001b]52;c;cm0gLXJmIH4=\u0007',
  '\u001b[2J\u001b[1;1H',
  'ok\rcompleted: all is well',
  'note\nresult: completed',
  '\u009b31mred',
  '\u202egnp.exe\u2066',
  '\u001b[31mcoloured\u001b[0m',
  'be\u200bst\u2060\ufeff\u00ad\u{e0041}',
];
const CONTROLS = '\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069';
const ACTS = new RegExp(
  `[${CONTROLS}\\u00ad\\u200b-\\u200f\\u2060-\\u2069\\ufeff\\u{e0000}-\\u{e0fff}]`,
  'u',
);

function capture(isTTY: boolean): { stream: OutputStream; text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 100 }), text: () => text };
}

describe('text to a terminal', () => {
  it('acts on nothing and is one line, whatever a file put into it', () => {
    for (const isTTY of [false, true])
      for (const text of HOSTILE) {
        const out = capture(isTTY);
        printLine(out.stream, text);
        createProgress(capture(false).stream, {}).line(text);
        const dumb = capture(true);
        createProgress(dumb.stream, { TERM: 'dumb' }).line(text);
        expect(dumb.text(), JSON.stringify(text)).not.toMatch(ACTS);
        expect(out.text(), JSON.stringify(text)).not.toMatch(ACTS);
        expect(out.text().trimEnd().split('\n')).toHaveLength(1);
      }
  });

  it('shows what it holds back', () => {
    const check = (text: string, expected: string): void => expect(visible(text)).toBe(expected);
    check('\u001b[2Jx', '\\x1b[2Jx');
    check('a\rb\nc\td', 'a\\rb\\nc\\td');
    check('\u202egnp', '\\u202egnp');
    check('a\uffff\ufffe', 'a\\uffff\\ufffe');
    check('Mängel, 缺陷, é', 'Mängel, 缺陷, é');
    check('\ud800', '\\ud800');
  });

  it('shows what has no width: two names are never drawn alike by it', () => {
    const check = (text: string, expected: string): void => expect(visible(text)).toBe(expected);
    for (const [char, shown] of [
      ['\u00ad', '\\xad'],
      ['\u034f', '\\u034f'],
      ['\u115f', '\\u115f'],
      ['\u180e', '\\u180e'],
      ['\u200b', '\\u200b'],
      ['\u200c', '\\u200c'],
      ['\u200d', '\\u200d'],
      ['\u2060', '\\u2060'],
      ['\u2064', '\\u2064'],
      ['\u3164', '\\u3164'],
      ['\ufe0f', '\\ufe0f'],
      ['\ufeff', '\\ufeff'],
      ['\ufff9', '\\ufff9'],
      ['\u{e0041}', '\\udb40\\udc41'],
    ])
      check(`best${char}`, `best${shown}`);
    const together = '👩\u200d🔬 ❤\ufe0f 👍🏽';
    check(together, together);
    check('❤\ufe0fa\u200db', '❤\ufe0fa\\u200db');
  });

  it('shows letters that are drawn as a Latin one beside Latin ones', () => {
    const check = (text: string, expected: string): void => expect(visible(text)).toBe(expected);
    check('b\u0435st', 'b\\u0435st');
    check('run-\u0430 \u0420it', 'run-\u0430 \\u0420it');
    check('\u039dano', '\\u039dano');
    for (const plain of ['Δx λ=0.1', '\u043b\u0443\u0447\u0448\u0438\u0439', 'μAP σ1', '最佳 run', 'naïve'])
      check(plain, plain);
  });

  it('has our own styles and no others', () => {
    const { stream, text } = capture(true);
    const io = { env: {} } as CliIo;
    printLine(stream, styleFor(io, stream).bad(`error: ${HOSTILE[7]}`));
    expect(text()).toBe('\u001b[31merror: \\x1b[31mcoloured\\x1b[0m\u001b[39m\n');
  });

  it('keeps a table and a bar in line', () => {
    const rows = formatTable(
      [{ title: 'run' }, { title: 'state' }],
      [
        ['a\u001b[2J', 'x'],
        ['b', 'y'],
      ],
    );
    const out = capture(true);
    for (const row of rows) printLine(out.stream, row);
    const columns = out
      .text()
      .trimEnd()
      .split('\n')
      .map((row) => row.search(/ \S+$/));
    expect(new Set(columns).size).toBe(1);
    expect(barLine(0.5, { left: HOSTILE[2], right: HOSTILE[3] }, 80)).not.toMatch(ACTS);
  });

  it('as JSON is the same value', () => {
    for (const text of HOSTILE) {
      const { stream, text: written } = capture(true);
      printJson(stream, { text });
      expect(written().trimEnd()).not.toMatch(ACTS);
      expect(JSON.parse(written())).toEqual({ text });
    }
  });
});

describe('text in a table file', () => {
  it('is quoted by RFC 4180 and never a formula', () => {
    const check = (text: string, expected: string): void => expect(csvText(text)).toBe(expected);
    check('loss/total', 'loss/total');
    check('a,b', '"a,b"');
    check('say "x"\n', '"say ""x""\n"');
    check('=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"');
    for (const first of ['+', '-', '@', '\t']) check(`${first}1`, `'${first}1`);
  });
});
