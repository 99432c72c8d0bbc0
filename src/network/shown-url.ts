/**
 * A URL as a message may name it: whoever signs a URL puts the signature into its query, and a user
 * and a password may stand before its host.
 */
export function shownUrl(url: string): string {
  return url
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
    .replace(/#.*$/s, '')
    .replace(/\?.*$/s, '?******');
}
