/** Options of `createInspector`. */

/** Without a `token` the inspector is off: it answers 404 to everybody. */
export interface InspectorOptions {
  /** What requests must bring as `Authorization: Bearer …`; the page asks for it. */
  token?: string | null;
  /** False switches it off although there is a token. Default true. */
  enabled?: boolean;
  /** Where it is mounted, for servers that leave the path as it is: `/_statsig`. Default: none. */
  basePath?: string;
  /** Also answer other machines, and what comes through a proxy. Default false. */
  allowRemote?: boolean;
  /** Names, besides those of this machine, that it may be called by. Default: none. */
  allowedHosts?: readonly string[];
}

export interface ResolvedInspectorOptions {
  /** Null: off. */
  token: string | null;
  basePath: string;
  allowRemote: boolean;
  allowedHosts: readonly string[];
}

export function resolveOptions(
  given: InspectorOptions | null | undefined,
): ResolvedInspectorOptions {
  const { token, enabled, basePath, allowRemote, allowedHosts } = given ?? {};
  const isOn = enabled !== false && typeof token === 'string' && token !== '';
  const path =
    typeof basePath === 'string' ? basePath.replace(/^\/*/, '/').replace(/\/+$/, '') : '';
  return {
    token: isOn ? token : null,
    basePath: path,
    allowRemote: allowRemote === true,
    allowedHosts: Array.isArray(allowedHosts) ? allowedHosts.map(String) : [],
  };
}
