import { Channel } from '../../src/protocol/channel';
import type { PageMethods, ViewUpdate } from '../../src/protocol/webview';

type VsCodeApi = {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};
declare function acquireVsCodeApi(): VsCodeApi;

/** Requests of a page by name, with what they take and give. */
type MethodTable = Readonly<Record<string, { readonly params: unknown; readonly result: unknown }>>;

/** The page's channel to its host. */
export type Host<M extends MethodTable = PageMethods> = {
  request<K extends keyof M & string>(method: K, params: M[K]['params']): Promise<M[K]['result']>;
  /** State that this page kept across reloads. */
  readonly saved: unknown;
  save(state: object): void;
};

export function connectHost<M extends MethodTable = PageMethods, Update = ViewUpdate>(
  onUpdate: (update: Update) => void,
): Host<M> {
  const api = acquireVsCodeApi();
  const channel = new Channel({
    send: (message) => api.postMessage(message),
    onEvent: (name, value) => {
      if (name === 'update') onUpdate(value as Update);
    },
  });
  window.addEventListener('message', (event) => channel.receive(event.data));
  reportTrouble(channel);
  const subject = readSubject();
  const saved = (api.getState() ?? {}) as object;
  api.setState({ ...saved, ...subject });
  return {
    request: async (method, params) => (await channel.request(method, params)) as never,
    saved,
    save: (state) => api.setState({ ...saved, ...state, ...subject }),
  };
}

/** The subject of the page: kept in its state, from which the host restores it after a reload of the window. */
function readSubject(): object {
  const text = document.getElementById('pitwall-subject')?.textContent;
  return text ? { subject: JSON.parse(text) as unknown } : {};
}

/** Errors and policy violations of the page are logged by the host: a webview's console is rarely opened. */
function reportTrouble(channel: Channel): void {
  const report = (kind: string, message: string): void => channel.event('trouble', { kind, message });
  window.addEventListener('error', (event) => report('error', event.message));
  window.addEventListener('unhandledrejection', (event) => report('error', String(event.reason)));
  document.addEventListener('securitypolicyviolation', (event) =>
    report('csp', `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
  );
}
