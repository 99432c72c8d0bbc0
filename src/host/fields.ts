/** What an object has, whatever that is: reading a field of any object gives something unknown. */
export function fieldsOf(object: object): Record<string, unknown> {
  return object as Record<string, unknown>;
}

/** Node's code of a failure, '' when it has none. */
export function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? fieldsOf(error)['code'] : '';
  return typeof code === 'string' ? code : '';
}
