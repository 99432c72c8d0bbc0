// Upstash by its package, as a data adapter: HTTP, so that it also runs where there are no sockets.
//   npm i @upstash/redis statsig-node-native
import { Redis } from '@upstash/redis';

/** `pollsFor`: paths that are polled from there instead of the network. */
export function upstashAdapter({ url, token, pollsFor = [] }) {
  const redis = new Redis({ url, token, automaticDeserialization: false });
  return {
    initialize: async () => undefined,
    get: async (key) => ({ result: (await redis.get(key)) ?? undefined }),
    set: async (key, value) => void (await redis.set(key, value)),
    shutdown: async () => undefined,
    supportsPollingUpdatesFor: (path) => pollsFor.includes(path),
  };
}
