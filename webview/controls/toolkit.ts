// Only this file imports the toolkit, which its makers no longer develop: another component set would be put in place
// here.
import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { type Child, h, icon } from '../base/dom';

export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(),
    vsCodeButton(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
    vsCodeProgressRing(),
  );
}

export type ButtonOptions = {
  readonly label: string;
  readonly onClick: () => void;
  readonly kind?: 'primary' | 'secondary' | 'icon';
  /** Codicon of an icon button; its label is then the accessible name. */
  readonly icon?: string;
  readonly focusKey?: string;
};

export function button({
  label,
  onClick,
  kind = 'secondary',
  icon: name,
  focusKey,
}: ButtonOptions): HTMLElement {
  const isIcon = kind === 'icon';
  const attributes = {
    appearance: kind,
    'aria-label': label,
    'data-focus': focusKey,
    title: isIcon ? label : undefined,
  };
  const element = h('vscode-button', attributes, isIcon && name ? icon(name) : label);
  element.addEventListener('click', onClick);
  return element;
}

export const progressRing = (): HTMLElement => h('vscode-progress-ring', { class: 'ring' });

export type Tab = { readonly id: string; readonly label: Child; readonly view: HTMLElement };

export function tabs(label: string, items: readonly Tab[], onSelect: (id: string) => void): HTMLElement {
  const heads = items.map((item) => h('vscode-panel-tab', { id: `tab-${item.id}` }, item.label));
  const views = items.map((item) => h('vscode-panel-view', { id: `view-${item.id}` }, item.view));
  const panels = h('vscode-panels', { 'aria-label': label }, ...heads, ...views);
  panels.addEventListener('change', (event) => {
    if (event.target !== panels) return;
    const active = activeTab(panels);
    if (active) onSelect(active);
  });
  return panels;
}

/** The tab that is shown; known before its `change` event comes. */
export const activeTab = (panels: HTMLElement): string | undefined =>
  (panels as HTMLElement & { activeid?: string }).activeid?.replace(/^tab-/, '');

/** The toolkit names a tab once, by its first text. */
export function renameTab(text: HTMLElement): void {
  const tab = text.closest('vscode-panel-tab');
  tab?.setAttribute('aria-label', tab.textContent?.trim() ?? '');
}

export function selectTab(panels: HTMLElement, id: string): void {
  panels.setAttribute('activeid', `tab-${id}`);
}
