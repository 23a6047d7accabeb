import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandManifest, commandTitles } from '../../../src/extension/commands/manifest';
import { repositoryRoot } from '../../helpers/shared';

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

function titlesIn(file: string): Record<string, string> {
  const entries: [string, string][] = Object.entries(JSON.parse(read(file)));
  return Object.fromEntries(entries.filter(([key]) => key.startsWith('command.')));
}

describe('the manifest', () => {
  const commands: string[] = manifest.contributes.commands.map((c: { command: string }) => c.command).sort();

  it('has the commands, menus and titles of the table: node src/build/manifest.mjs writes them', () => {
    expect(commands.length).toBeGreaterThan(15);
    expect(manifest.contributes).toMatchObject(commandManifest());
    expect(titlesIn('package.nls.json')).toEqual(commandTitles('title'));
    expect(titlesIn('package.nls.zh-cn.json')).toEqual(commandTitles('chinese'));
  });

  it('uses only commands that exist, in menus, buttons of pages and welcome texts', () => {
    const menus = Object.values(manifest.contributes.menus as Record<string, { command: string }[]>).flat();
    const welcome = [...read('package.nls.json').matchAll(/command:(pitwall\.\w+)/g)].map(([, id]) => id);
    const actions = [...read('src/extension/pages/run-actions.ts').matchAll(/'(pitwall\.\w+)'/g)].map(
      ([, id]) => id,
    );
    const used = [...menus.map((m) => m.command), ...welcome, ...actions];
    expect(used.filter((id) => !commands.includes(id))).toEqual([]);
  });

  it('lets every lens, hover and notification be switched off', () => {
    const settings = Object.keys(manifest.contributes.configuration.properties);
    const switches = [
      'lens',
      'hover',
      'inlayHints',
      'pythonHover',
      'diagnostics',
      'completion',
      'statusBar',
      'editorTitle',
      'explorerMenu',
      'notifications',
    ];
    expect(settings).toEqual(expect.arrayContaining(switches.map((name) => `pitwall.${name}.enabled`)));
  });

  it('keeps what names a program out of untrusted workspaces', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    expect(supported).toBe('limited');
    expect(restrictedConfigurations).toEqual(expect.arrayContaining(['pitwall.python', 'pitwall.node']));
  });

  it('takes what jobs are handed over to from the user alone, never from a workspace', () => {
    const { properties } = manifest.contributes.configuration;
    expect(properties['pitwall.defaultTarget'].scope).toBe('machine');
  });

  it('runs on the machine of the files, wakes on its own events only, and contributes one container with three views', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(
      manifest.activationEvents.filter((e: string) => /^(\*|onStartupFinished|onLanguage)/.test(e)),
      // The search for an experiment is given up after 7 s (workspaceContains): an opened one wakes us all the same.
    ).toEqual(['onLanguage:python', 'onLanguage:yaml']);
    expect(manifest.contributes.viewsContainers.activitybar).toHaveLength(1);
    expect(manifest.contributes.views.pitwall.map((v: { id: string }) => v.id)).toEqual([
      'pitwall.metrics',
      'pitwall.runs',
      'pitwall.checkpoints',
    ]);
  });

  it('points at pictures that are there, in a walkthrough of four steps', () => {
    const { steps } = manifest.contributes.walkthroughs[0];
    expect(steps).toHaveLength(4);
    for (const step of steps) expect(read(step.media.svg)).toContain('var(--vscode-');
  });

  it('shows the example in its walkthrough as it is written', () => {
    const example = read('src/dataset/example/write-example.ts');
    const shown = read('media/walkthrough/config.svg') + read('media/walkthrough/preview.svg');
    const settings = [...shown.matchAll(/<tspan[^>]*>(\w+)<\/tspan>: ([\w.]+)</g)];
    expect(settings.length).toBeGreaterThan(7);
    for (const [, key, value] of settings) expect(example).toMatch(new RegExp(`^${key}: ${value}( |$)`, 'm'));
  });

  it('shows no result in its walkthrough that the example does not give: none', () => {
    const drawn = read('media/walkthrough/start.svg') + read('media/walkthrough/read.svg');
    const texts = [...drawn.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(texts).toContain('epoch 6 of 15');
    expect(texts.filter((text) => /\d*\.\d|\d %/.test(text))).toEqual([]);
  });

  it('activates in under 60 lines', () => {
    expect(read('src/extension/main.ts').split('\n').length).toBeLessThan(60);
  });
});
