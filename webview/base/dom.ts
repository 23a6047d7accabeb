export type Child = Node | string | undefined;
type ElementAttributes = Readonly<Record<string, string | boolean | undefined>>;

/** An element with attributes and children. Text is inserted as text: names from a run folder are never markup. */
export function h(
  tag: string,
  attributes: ElementAttributes = {},
  ...children: readonly Child[]
): HTMLElement {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function setAttributes(element: Element, attributes: ElementAttributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : value);
  }
}

const SVG = 'http://www.w3.org/2000/svg';

export function svg(
  tag: string,
  attributes: ElementAttributes = {},
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

export const icon = (name: string): HTMLElement =>
  h('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true' });

/** Replaces the children only when the key changed, so that focus and selection survive an update. */
export function keyed(parent: HTMLElement, key: string, make: () => readonly Child[]): void {
  if (parent.dataset.key === key) return;
  const focus = focusKey(parent);
  parent.dataset.key = key;
  parent.replaceChildren(...make().filter((child) => child !== undefined));
  if (focus) parent.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
}

/** Makes the children be those elements; the ones that stay are not touched, so that the browser lays out the others only. */
export function patchChildren(parent: Element, next: readonly Element[]): void {
  const kept = new Set(next);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  next.forEach((element, i) => {
    const there = parent.children[i];
    if (there !== element) parent.insertBefore(element, there ?? null);
  });
}

function focusKey(parent: HTMLElement): string | undefined {
  const active = document.activeElement;
  return active instanceof HTMLElement && parent.contains(active) ? active.dataset.focus : undefined;
}

/** Asks for a drawing: one at the next frame, however often it is asked for. */
export function oncePerFrame(draw: () => void): () => void {
  let isPending = false;
  return () => {
    if (isPending) return;
    isPending = true;
    requestAnimationFrame(() => {
      isPending = false;
      draw();
    });
  };
}

/** The child of that class, made at the first call. */
export function childOf(parent: HTMLElement, name: string, tag: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(`:scope > [data-part="${name}"]`);
  if (found) return found;
  const made = h(tag, { class: name, 'data-part': name });
  parent.append(made);
  return made;
}

export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}
