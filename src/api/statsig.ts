/** The SDK on Node: the class and the shared instance, with Node as their host. */
import { sharedPlace } from './copies';
import { nodePlatform } from '../platform/platform-node';
import { Server, type Host } from './server';
import { createSingleton } from './singleton';
import type { StatsigOptions } from '../options/statsig-options';

/** One SDK instance on Node. See `Server`. */
export class StatsigServer extends Server {
  /**
   * @param secretKey a server secret key; anything goes in `localMode`
   * @param host replaces parts of Node, for tests
   * @throws Error when the key is neither a string nor null-ish, or a forced engine cannot load;
   * TypeError when options are null or `api` is no string
   */
  constructor(secretKey: string, options: StatsigOptions = {}, host?: Partial<Host>) {
    super(secretKey, options, { platform: nodePlatform, ...host });
  }
}

/**
 * Where the shared instance is kept. A bundler's `module` names no file: bundled copies share, even
 * when loaded anew.
 */
export const place = sharedPlace<Server>('node', module.filename);

/** Functions of the shared instance. */
export const functions = createSingleton(StatsigServer, place);
