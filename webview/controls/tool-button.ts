import { h, icon } from '../base/dom';

/** A small switch or action with an icon. A plain button: the toolkit's cannot expose its state (`aria-pressed`). */
export function toolButton(options: {
  readonly icon: string;
  readonly label: string;
  readonly onClick: () => void;
  readonly focusKey: string;
}): HTMLElement {
  const { label, focusKey } = options;
  const element = h(
    'button',
    { type: 'button', class: 'tool', 'aria-label': label, title: label, 'data-focus': focusKey },
    icon(options.icon),
  );
  element.addEventListener('click', options.onClick);
  return element;
}
