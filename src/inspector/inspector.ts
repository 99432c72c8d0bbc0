/** What the page asks for: a method per question. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseProject, type Project } from '../project/payload';
import type { StatsigUser } from '../types/user';
import { explained, userFrom } from './answers';
import { kindOf, linesOf, pageOf, specOf, STORE, storePageOf } from './catalog';
import { changeBetween, type PayloadChange } from './changes';
import { RequestError } from './respond';
import { Streams } from './streams';
import type { Override, Subject } from './subject';

const MOST_CHANGES = 20;
const LONGEST_OVERRIDE = 100_000;

type Json = Record<string, unknown>;

/** A payload, read once. */
interface Read {
  revision: unknown;
  project: Project | null;
  /** JSON of its list, once somebody asked. */
  lines: string | null;
}

/** See the head of this file. */
export class Inspector {
  readonly streams = new Streams(
    () => this.look(),
    () => this.subject.idle(),
  );
  private readonly changes: PayloadChange[] = [];
  private readonly unlisten: () => void;
  private read: Read | null = null;
  /** Revision that pages were told of, and its number, which no run before had. */
  private told: unknown;
  private edition = Date.now();
  /** Compared with what comes next. */
  private seen: { revision: unknown; project: Project | null } | null = null;
  private looking: Promise<void> | null = null;

  constructor(private readonly subject: Subject) {
    this.unlisten = subject.feed.listen((events) => this.streams.send('events', events));
  }

  get title(): string {
    return this.subject.title;
  }

  /** Facts about what answers. */
  async status(): Promise<object> {
    const { title, api, overrides } = this.subject;
    const server = await this.subject.current();
    const { engine, version, rejected } = server.engineInfo();
    return {
      title,
      api,
      isReadOnly: overrides === null,
      health: server.health(),
      engine: { engine, version, rejected },
      now: Date.now(),
    };
  }

  /** The list as JSON, and which edition of it that is. */
  flags(): string {
    const edition = this.notice();
    const read = this.readNow();
    const project = this.project();
    read.lines ??= JSON.stringify(linesOf(project, this.subject.overrides?.list() ?? []));
    return `{"edition":${edition},"flags":${read.lines}}`;
  }

  flag(kind: string, name: string): object {
    const project = this.project();
    if (kind === STORE) return this.or404(storePageOf(project, name), kind, name);
    return pageOf(this.found(project, kind, name), this.subject.overrides?.list() ?? []);
  }

  async explain({ user, kind, name }: Json): Promise<object> {
    if (typeof kind !== 'string' || typeof name !== 'string')
      throw new RequestError(400, 'kind and name are texts');
    const [of, called] = [kind, name];
    const project = this.project();
    if (of === STORE) this.or404(storePageOf(project, called), of, called);
    const asked = of === STORE ? STORE : kindOf(this.found(project, of, called));
    const server = await this.subject.current();
    return explained(server, this.userOf(user), [asked, called]);
  }

  async clientResponse({ user }: Json): Promise<string> {
    const server = await this.subject.current();
    const response = server.getClientInitializeResponseString(this.userOf(user), undefined, {
      hash: 'none',
    });
    return response ?? 'null';
  }

  users(): object {
    return { users: this.subject.feed.recentUsers() };
  }

  changed(): object {
    return { changes: [...this.changes].reverse() };
  }

  override(given: Json): object {
    const { kind, name, value, userID = null } = given;
    const { overrides } = this.subject;
    if (overrides === null) throw new RequestError(403, 'this inspector is read-only');
    const own = kind === 'experiment' ? 'config' : kind;
    if (own !== 'gate' && own !== 'config' && own !== 'layer')
      throw new RequestError(400, 'kind is gate, config, experiment or layer');
    const whose = typeof userID === 'string' && userID !== '' ? userID : null;
    const key = { kind: own, name: String(name), userID: whose } satisfies Omit<Override, 'value'>;
    if (value === undefined) overrides.remove(key);
    else overrides.set({ ...key, value: valueOf(own, value) });
    this.look();
    return { overrides: overrides.list() };
  }

  clear(): object {
    this.subject.feed.forget();
    return {};
  }

  /** Adds a page that is told what happens. */
  stream(request: IncomingMessage, response: ServerResponse): void {
    if (!this.streams.add(request, response))
      throw new RequestError(503, 'too many pages are open');
    this.streams.send('events', this.subject.feed.latest(), response);
    // It may have asked before the payload changed.
    this.streams.send('specs', this.notice(), response);
    this.look();
  }

  close(): void {
    this.unlisten();
    this.streams.end();
    this.subject.idle();
  }

  /** Is the payload another one? Never throws; costs nothing when it is the same. */
  look(): void {
    if (this.subject.isOver()) this.streams.end();
    this.notice();
    if (this.looking !== null || this.told === this.seen?.revision) return;
    this.looking = this.compare()
      .catch(() => undefined)
      .finally(() => (this.looking = null));
  }

  /** Tells pages of another revision at once: what changed takes longer to find out. */
  private notice(): number {
    const revision = this.subject.revision();
    if (revision !== this.told) {
      this.told = revision;
      this.edition += 1;
      this.streams.send('specs', this.edition);
    }
    return this.edition;
  }

  private async compare(): Promise<void> {
    const before = this.seen?.project ?? null;
    // A payload that cannot be read is not tried again.
    this.seen = { revision: this.subject.revision(), project: null };
    const { project } = this.readNow();
    this.seen.project = project;
    if (before === null || project === null || before.text === project.text) return;
    const { feed } = this.subject;
    const { engine } = (await this.subject.current()).engineInfo();
    const around = { users: feed.recentUsers(), lists: this.subject.lists(), engine };
    const change = await changeBetween(before, project, around);
    if (change.flags.length === 0) return;
    this.changes.push({ seenAt: Date.now(), ...change });
    this.changes.splice(0, this.changes.length - MOST_CHANGES);
    this.streams.send('changed', {});
  }

  private readNow(): Read {
    const revision = this.subject.revision();
    const known = this.read;
    if (known !== null && known.revision === revision) return known;
    const payload = this.subject.payload();
    const project = payload === null ? null : projectOf(payload);
    return (this.read = { revision, project, lines: null });
  }

  private project(): Project {
    const { project } = this.readNow();
    if (project === null) throw new RequestError(503, 'there are no config specs yet');
    return project;
  }

  private found(project: Project, kind: string, name: string): ReturnType<typeof specOf> & object {
    return this.or404(specOf(project, kind, name), kind, name);
  }

  private or404<T>(found: T | null, kind: string, name: string): T {
    if (found === null)
      throw new RequestError(404, `there is no ${kind.replace(/_/g, ' ')} ${name}`);
    return found;
  }

  private userOf(given: unknown): StatsigUser {
    try {
      return userFrom(given);
    } catch (error) {
      throw new RequestError(400, (error as Error).message);
    }
  }
}

function projectOf(payload: string): Project {
  try {
    return parseProject(payload, 'the payload');
  } catch (error) {
    throw new RequestError(503, (error as Error).message);
  }
}

function valueOf(kind: Override['kind'], value: unknown): unknown {
  const isRight =
    kind === 'gate'
      ? typeof value === 'boolean'
      : typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRight)
    throw new RequestError(
      400,
      kind === 'gate' ? 'a gate is true or false' : 'an object is needed',
    );
  if (JSON.stringify(value).length > LONGEST_OVERRIDE)
    throw new RequestError(413, `at most ${LONGEST_OVERRIDE} characters of JSON`);
  return value;
}
