import type { XAxis } from '../../src/protocol/dashboard/types';
import { h, setText } from '../base/dom';
import { oneTabStop } from '../base/roving-focus';
import { t } from '../base/strings';
import type { Preferences } from '../state/preferences';

export type ToolbarActions = {
  readonly onAxis: (axis: XAxis) => void;
  readonly onSmoothing: (weight: number) => void;
  readonly onShowAll: () => void;
};

/** Slider positions 0 to 100 are spread so that .9 to .999, the range that matters, takes a third of the way. */
const SLIDER_MAX = 100;
const toWeight = (position: number): number =>
  position === 0 ? 0 : 1 - 10 ** ((-3 * position) / SLIDER_MAX);
const toPosition = (weight: number): number => Math.round((-SLIDER_MAX / 3) * Math.log10(1 - weight));

/** Controls for all charts: the x axis and how much the loss is smoothed. */
export function createToolbar(
  root: HTMLElement,
  actions: ToolbarActions,
): (preferences: Preferences) => void {
  const axes: readonly (readonly [XAxis, string])[] = [
    ['epoch', t('Epoch')],
    ['step', t('Step')],
    ['time', t('Time')],
  ];
  const buttons = axes.map(([axis, label]) => segment(label, () => actions.onAxis(axis)));
  const slider = h('input', {
    type: 'range',
    class: 'slider',
    min: '0',
    max: String(SLIDER_MAX),
    id: 'smoothing',
  }) as HTMLInputElement;
  const value = h('output', { for: 'smoothing' });
  slider.addEventListener('input', () =>
    actions.onSmoothing(Math.min(0.999, toWeight(Number(slider.value)))),
  );
  const axisBar = h('div', { class: 'segments', role: 'toolbar', 'aria-label': t('X axis') }, ...buttons);
  oneTabStop(axisBar);
  const showAll = segment(t('Show all'), actions.onShowAll);
  showAll.classList.add('show-all');
  root.append(
    showAll,
    axisBar,
    h('label', { class: 'smoothing', for: 'smoothing' }, t('Smoothing'), slider, value),
  );
  return (preferences) => {
    showAll.hidden = preferences.zoom === undefined;
    axes.forEach(([axis], i) => {
      buttons[i].setAttribute('aria-pressed', String(axis === preferences.axis));
    });
    if (document.activeElement !== slider) slider.value = String(toPosition(preferences.smoothing));
    const text = preferences.smoothing.toFixed(preferences.smoothing > 0.985 ? 3 : 2);
    setText(value, text);
    slider.setAttribute('aria-valuetext', text);
  };
}

function segment(label: string, onClick: () => void): HTMLElement {
  const element = h('button', { type: 'button', class: 'segment' }, label);
  element.addEventListener('click', onClick);
  return element;
}
