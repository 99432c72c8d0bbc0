// No SDK at all: what a service takes by itself. Takes part in the rows that say `alone` only.
export const info = { package: null, kind: 'none' };
export const load = () => ({});

export async function create() {
  return {
    user: (plain) => plain,
    flush: async () => {},
    shutdown: async () => {},
  };
}
