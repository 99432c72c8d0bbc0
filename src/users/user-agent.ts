/**
 * User-agent fields as statsig-node gives them (BEHAVIOUR.md 3.10), as the newer SDK does, or by
 * uap-core's patterns. The first stays in JavaScript, on the same library that statsig-node uses,
 * because bucket parity hangs on it (ARCHITECTURE.md has the measurements against uap-core); an
 * engine asks for it only when a condition needs it, and results are remembered by text.
 */
import type { SpecsSummary, UserAgentParts } from '../engine/engine';
import type { UapReader } from '../engine/uap-reader';
import { host, utf8 } from '../host/host';
import { readCommonAgent } from './common-agents';
import { parseStatsigAgent } from './statsig-agent';
import { attribute } from './user-reader';

/** Longest user agent that is parsed, in UTF-16 units. */
const LONGEST = 1000;
/** Distinct user agents remembered; when full the older half goes. */
const REMEMBERED = 4096;

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Devices whose Chrome and Firefox have names of their own. */
const HANDHELD = new Set<string | undefined>(['mobile', 'tablet']);

const NOTHING: UserAgentParts = {
  osName: null,
  osVersion: null,
  browserName: null,
  browserVersion: null,
};

let Parser: typeof import('ua-parser-js').UAParser | null = null;

function parser(): typeof import('ua-parser-js').UAParser {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with
  // the package
  return (Parser ??= (require('ua-parser-js') as typeof import('ua-parser-js')).UAParser);
}

/**
 * Loads the parser, 3 ms, in another turn, once specs are committed that ask for user agents:
 * neither loading this package nor `initialize` waits for it, nor does the first user whose agent
 * is not one of the usual ones. Never throws; without a parser such agents have no parts.
 */
function preloadUserAgentParser(): void {
  if (Parser !== null) return;
  host
    .nextTurn()
    .then(
      () => void parser(),
      () => undefined,
    )
    .catch(() => undefined);
}

/** Who parses: one of ours by name, or uap-core's patterns. */
export type AgentParser = 'ua-parser-js' | 'statsig' | UapReader;

/** Who parses for specs of a format, unless somebody is wanted. Loads it if they ask for it. */
export function agentParserFor(
  { format, usesUserAgent }: Pick<SpecsSummary, 'format' | 'usesUserAgent'>,
  wanted: AgentParser | null = null,
): AgentParser {
  const parser = wanted ?? (format === 2 ? 'statsig' : 'ua-parser-js');
  if (usesUserAgent && parser === 'ua-parser-js') preloadUserAgentParser();
  if (usesUserAgent && typeof parser === 'object') parser.load();
  return parser;
}

/** Parses and remembers. One per SDK instance and parser. */
export class UserAgentCache {
  private recent = new Map<string, UserAgentParts>();
  private older = new Map<string, UserAgentParts>();

  constructor(readonly parser: AgentParser = 'ua-parser-js') {}

  /** Never throws; what cannot be parsed has no parts. Cost: 50 ns remembered, 10 to 50 µs new. */
  parse(userAgent: unknown): UserAgentParts {
    if (typeof userAgent !== 'string' || userAgent.length > LONGEST) return NOTHING;
    const known = this.recent.get(userAgent) ?? this.older.get(userAgent);
    if (known !== undefined) return known;
    const parts = this.partsOf(userAgent);
    if (this.recent.size >= REMEMBERED / 2) {
      this.older = this.recent;
      this.recent = new Map();
    }
    this.recent.set(userAgent, parts);
    return parts;
  }

  private partsOf(userAgent: string): UserAgentParts {
    const { parser } = this;
    if (parser === 'ua-parser-js') return parseUserAgent(userAgent);
    // There the limit is of bytes.
    const isLong = userAgent.length > LONGEST / 3 && utf8(userAgent).length > LONGEST;
    if (isLong) return NOTHING;
    return parser === 'statsig' ? parseStatsigAgent(userAgent) : readBy(parser, userAgent);
  }
}

/**
 * The value of the field `userAgent` by the lookup order of BEHAVIOUR.md 3.5; in a project of
 * dcs-v2 by that of NEWER.md 14.
 */
export function userAgentOf(user: object, isNewer: boolean): unknown {
  for (const section of ['', 'custom', 'privateAttributes']) {
    const part = section === '' ? user : attribute(user, section);
    for (const key of ['userAgent', 'useragent']) {
      const value = attribute(part, key);
      const isNull = value === null || value === undefined;
      // In dcs-v2 an empty text of the user's own says nothing, and null in a section hides others.
      if (isNewer && section !== '' ? value !== undefined : !isNull && !(isNewer && value === ''))
        return value;
    }
  }
  return undefined;
}

/** Halves of surrogate pairs reach the native engine as U+FFFD; so they do all. */
function readBy(reader: UapReader, userAgent: string): UserAgentParts {
  try {
    return reader.read(userAgent.replace(LONE, '\ufffd'));
  } catch {
    return NOTHING;
  }
}

/** As ua-parser-js, which is asked only where it must be, for what decides. Never throws. */
function parseUserAgent(userAgent: string): UserAgentParts {
  try {
    const common = readCommonAgent(userAgent);
    if (common !== null) return common;
    const UAParser = parser();
    const asked = new UAParser(userAgent);
    const [os, browser] = [asked.getOS(), asked.getBrowser()];
    const isMarked =
      (browser.name === 'Chrome' || browser.name === 'Firefox') &&
      HANDHELD.has(asked.getDevice().type);
    return {
      osName: (os.name === 'Mac OS' ? 'Mac OS X' : os.name) ?? null,
      osVersion: os.version ?? null,
      browserName: (isMarked ? `${browser.name} Mobile` : browser.name) ?? null,
      browserVersion: browser.version ?? null,
    };
  } catch {
    return NOTHING;
  }
}
