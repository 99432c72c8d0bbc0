import { DataAdapterKeyPath } from './data-adapter';

/** How a stored item is written, as part of its key. This package writes plain text. */
export enum CompressFormat {
  /** Text as it is. */
  PlainText = 'plain_text',
  /** Compressed by gzip. */
  Gzip = 'gzip',
}

/**
 * Key of a stored item, as statsig-node builds it (BEHAVIOUR.md 9.2), so that both packages share
 * their copies. `hashedSdkKey`: base64 of the SHA-256 of the secret key.
 */
export function adapterKey(
  path: DataAdapterKeyPath,
  hashedSdkKey: string,
  idListName?: string,
): string {
  return getDataAdapterKey(hashedSdkKey, path, CompressFormat.PlainText, idListName ?? '');
}

/** The same under statsig-node's name, for adapters that tell keys apart; see `adapterKey`. */
export function getDataAdapterKey(
  hashedSDKKey: string,
  path: DataAdapterKeyPath,
  format: CompressFormat = CompressFormat.PlainText,
  idListName?: string,
): string {
  const item = path === DataAdapterKeyPath.IDList ? `${path}::${idListName}` : path;
  return `statsig|${item}|${format}|${hashedSDKKey}`;
}
