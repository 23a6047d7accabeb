import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { readRange } from '../../../../src/domain/lr-range/suggest';
import { drawnPage } from '../../../../src/extension/pages/drawn-page';
import { pageHtml } from '../../../../src/extension/pages/html';
import { predictionHtml } from '../../../../src/extension/pages/prediction-html';
import { rangeBody } from '../../../../src/extension/pages/range-html';

const page = (extra: object = {}): string =>
  pageHtml({
    entry: 'panel',
    title: 'pcb-nano-1',
    nonce: 'abc',
    source: 'https://editor.example',
    script: 'https://editor.example/panel.js',
    style: 'https://editor.example/panel.css',
    strings: {},
    subject: { kind: 'run', dir: '/runs/a' },
    language: 'en',
    ...extra,
  });

describe('a page', () => {
  it('may load nothing but what is named', () => {
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(page()) ?? [];
    const directives = Object.fromEntries(
      policy.split('; ').map((d) => [d.split(' ')[0], d.split(' ').slice(1).join(' ')]),
    );
    expect(directives['default-src']).toContain('none');
    expect(directives['script-src']).toContain('nonce-abc');
    expect(policy).not.toMatch(/unsafe-|https:(?!\/\/editor)|\*/);
    expect(directives['connect-src']).toBeUndefined();
  });

  it('takes names of a run folder as text, whatever they contain', () => {
    const evil = '</script><script>alert(1)</script>';
    const html = page({ title: evil, subject: { kind: 'run', dir: evil }, strings: { [evil]: evil } });
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html).not.toContain('alert(1)</script>');
  });

  it('with a prediction runs no script and shows class names as text', () => {
    const box = { x1: 1, y1: 2, x2: 5, y2: 6, score: 0.9, class: 0, name: '<b>open</b>' };
    const prediction = { image: '/a/b.png', width: 10, height: 10, boxes: [box], seconds: 0.01 };
    const columns = { class: 'class', confidence: 'confidence', box: 'size' };
    const page = { prediction, name: '<i>.png', found: '1 found', image: 'AAAA', nonce: 'abc', columns };
    const html = predictionHtml(page);
    expect(html).not.toMatch(/<script|<b>|<i>|unsafe-|style="/);
    expect(html).toContain('&lt;b&gt;open');
  });
});

describe('the page of a range test', () => {
  const english = createTranslate();
  const points = Array.from({ length: 60 }, (_, i) => ({ lr: 1e-4 * 1.1 ** i, loss: 5 - i / 20 }));
  const view = {
    ...{ points, span: { from: 1e-5, to: 1 }, steps: 128, note: undefined, settings: 'lr0: 0.01' },
    ...{ file: '<b>.train.yaml', applied: false },
  };

  it('lets one script run, and nothing load', () => {
    const html = drawnPage('', '</title><script>', 'abc');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain("default-src 'none'; script-src 'nonce-abc'; style-src 'nonce-abc'");
  });

  it('says how far the test is and lets it be stopped', () => {
    const body = rangeBody({ ...view, reading: undefined, ended: false }, english);
    expect(body).toMatch(/Step 60 of 128\./);
    expect(body).toMatch(/data-act="stop"/);
    expect(body).not.toMatch(/data-act="apply"|<b>/);
  });

  it('offers the suggestion once, says what it found, and takes names as text', () => {
    const reading = readRange(points);
    const body = rangeBody({ ...view, reading, ended: true }, english);
    expect(body).toContain('Write lr0: 0.01 into &lt;b&gt;.train.yaml');
    expect(body).toMatch(/aria-label="The loss falls fastest at /);
    const done = rangeBody({ ...view, reading, ended: true, applied: true }, english);
    expect(done).toMatch(/data-act="apply" disabled/);
  });

  it('says so if there is nothing to suggest, with the reason of a run that failed', () => {
    const body = rangeBody({ ...view, reading: readRange([]), ended: true, note: 'no images' }, english);
    expect(body).toMatch(/No answer: the test made 0 steps.*no images/);
    // What there is to press is the way to the paragraph on it.
    expect(body.match(/data-act="\w+"/g)).toEqual(['data-act="explain"']);
  });
});
