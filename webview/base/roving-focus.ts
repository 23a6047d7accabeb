const KEYS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * Makes a toolbar one stop of the Tab key: arrows, Home and End move inside of it, and Tab comes back to the control that
 * had the focus last (the ARIA toolbar pattern, w3.org/WAI/ARIA/apg/patterns/toolbar). Its controls may change at any time.
 */
export function oneTabStop(toolbar: HTMLElement): void {
  let current: HTMLElement | undefined;
  const controls = (): HTMLElement[] =>
    [...toolbar.children].filter(
      (child): child is HTMLElement => child instanceof HTMLElement && !child.hidden,
    );
  const arrange = (): void => {
    const all = controls();
    if (!current || !all.includes(current)) current = all[0];
    for (const control of all) control.tabIndex = control === current ? 0 : -1;
  };
  toolbar.addEventListener('focusin', (event) => {
    current = controls().find((control) => control.contains(event.target as Node)) ?? current;
    arrange();
  });
  toolbar.addEventListener('keydown', (event) => {
    const all = controls();
    const next = current && KEYS[event.key]?.(all.indexOf(current), all.length);
    if (next === undefined) return;
    event.preventDefault();
    all[next]?.focus();
  });
  new MutationObserver(arrange).observe(toolbar, {
    childList: true,
    attributes: true,
    attributeFilter: ['hidden'],
    subtree: true,
  });
  arrange();
}
