import { DataAdapterKeyPath } from './data-adapter';

/**
 * Key of a stored item, as statsig-node builds it (BEHAVIOUR.md 9.2), so that both packages share their copies.
 * `hashedSdkKey`: base64 of the SHA-256 of the secret key.
 */
export function adapterKey(path: DataAdapterKeyPath, hashedSdkKey: string, idListName?: string): string {
  const item = path === DataAdapterKeyPath.IDList ? `${path}::${idListName ?? ''}` : path;
  return `statsig|${item}|plain_text|${hashedSdkKey}`;
}
