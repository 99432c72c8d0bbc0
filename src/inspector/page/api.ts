/** What the page asks of the handler that served it. */

const STORED = 'statsig-inspector-token';

/** A refusal, or what went wrong. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** From `#token=…`, which no server sees, or from before; gone with the tab. */
let token = fromAddress() ?? sessionStorage.getItem(STORED) ?? '';

function fromAddress(): string | null {
  const found = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (found === undefined) return null;
  history.replaceState(null, '', location.pathname);
  try {
    return remembered(decodeURIComponent(found));
  } catch {
    return remembered(found);
  }
}

function remembered(given: string): string {
  sessionStorage.setItem(STORED, given);
  return given;
}

export function setToken(given: string): void {
  token = remembered(given);
}

export const isTokenNeeded = (): boolean => token !== '';

export const address = (path: string): string =>
  new URL(`_inspector/api/${path}`, location.href.replace(/#.*/, '')).href;

function headers(): Record<string, string> {
  return token === '' ? {} : { authorization: `Bearer ${token}` };
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const { error = response.statusText } = (await response.json().catch(() => ({}))) as {
    error?: string;
  };
  throw new ApiError(response.status, error);
}

export async function get<T>(path: string): Promise<T> {
  const response = await fetch(address(path), { headers: headers() });
  return (await checked(response)).json() as Promise<T>;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(address(path), {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await checked(response)).json() as Promise<T>;
}

type Told = (name: string, data: unknown) => void;

/** Is told what happens until the signal aborts; connects again, more and more slowly. */
export async function follow(
  told: Told,
  connected: (is: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 10_000)) {
    try {
      // Not EventSource: it cannot send a token.
      const response = await fetch(address('stream'), { headers: headers(), signal });
      const { body } = await checked(response);
      connected(true);
      wait = 500;
      if (body !== null) await read(body, told);
    } catch {
      // Told below: what serves may be gone for a while.
    }
    connected(false);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function read(body: ReadableStream<Uint8Array>, told: Told): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const messages = rest.split('\n\n');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const name = /^event: (.*)$/m.exec(message)?.[1];
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (name !== undefined && data !== undefined) told(name, JSON.parse(data));
    }
  }
}
