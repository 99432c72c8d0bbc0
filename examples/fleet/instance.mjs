// A process of the fleet: SDK instances that check without pause, each for a user of its own, and say
// when a change had its effect. Started by run.mjs.
import { DataAdapterKeyPath, StatsigServer } from 'statsig-node-native';
import { ForwardProxyStream } from 'statsig-node-native/forward-proxy';
import { RedisDataAdapter } from 'statsig-node-native/redis';
import { FileSpecSource } from 'statsig-node-native/spec-sources';

const { role, count, key, api, origin, redis, stream, file } = JSON.parse(process.argv[2]);
const { V1Rulesets } = DataAdapterKeyPath;

/** Asks the service itself, and stores what it gets. */
const writing = () => ({ api: origin, dataAdapter: new RedisDataAdapter({ url: redis }) });

/** Streamed; else from Redis; else through the cache; a file when nothing is there. */
const reading = () => ({
  api,
  dataAdapter: new RedisDataAdapter({ url: redis, pollsFor: [V1Rulesets], connectTimeoutMs: 500 }),
  specStream: new ForwardProxyStream({ url: stream }),
  specSources: ['stream', 'store', 'network', new FileSpecSource({ path: file })],
});

class Instance {
  checks = 0;
  lost = 0;
  release = 0;

  constructor(name) {
    this.name = name;
    this.server = new StatsigServer(key, {
      ...(role === 'writer' ? writing() : reading()),
      rulesetsSyncIntervalMs: 5000,
      disableIdListsSync: true,
      logger: { warn() {}, error() {}, logLevel: 'none' },
    });
    this.server.on('update', () => this.look());
  }

  async start() {
    await this.server.initializeAsync();
    this.look();
    this.load = setInterval(() => this.check(), 5);
  }

  /** A change counts once a check has seen it. */
  look() {
    const release = this.server.getConfig({ userID: this.name }, 'release').get('number', 0);
    if (release > this.release) {
      this.release = release;
      process.send({ kind: 'release', name: this.name, release, at: Date.now() });
    }
  }

  check() {
    for (let i = 0; i < 10; i++) {
      const userID = `${this.name}-${this.checks++ % 100}`;
      try {
        const isOn = this.server.checkGate({ userID }, 'always');
        const release = this.server.getConfig({ userID }, 'release').get('number', 0);
        if (!isOn || release < this.release) this.lost++;
      } catch {
        this.lost++;
      }
    }
  }

  async stop() {
    clearInterval(this.load);
    await this.server.shutdownAsync(5000);
    const { checks, lost } = this;
    return { checks, lost, droppedEvents: this.server.eventStats().dropped };
  }
}

const instances = Array.from(
  { length: count },
  (_, at) => new Instance(`${role}-${process.pid}-${at}`),
);
process.on('disconnect', () => process.exit());
process.on('message', async () => {
  process.send({ kind: 'end', ends: await Promise.all(instances.map((one) => one.stop())) });
});
await Promise.all(instances.map((one) => one.start()));
process.send({ kind: 'ready' });
