/**
 * User agents as the newer SDK's own parser reads them (NEWER.md 21), for projects on dcs-v2: its
 * names and versions, in our words and tables. Words are looked at one after the other; some begin
 * a phrase, the others are a product and its version.
 */
import type { UserAgentParts } from '../engine/engine';

interface Token {
  readonly tag: string;
  readonly version: string | null;
}

type Hint =
  | 'linux'
  | 'ios'
  | 'macos'
  | 'windows'
  | 'mobile'
  | 'safari'
  | 'playstation'
  | 'huawei'
  | 'cfnetwork'
  | 'crawler';

const NO_VERSION = '0.0.0';
const OTHER = 'Other';
/** What Rust takes for white space, and semicolons. */
const SPACE = /[;\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
/** At most two bytes of UTF-8. */
const TINY = /^(?:[\0-\x7f]{1,2}|[\x80-\u07ff])$/;
const AROUND = /^[();,+_"]+|[();,+_"]+$/g;

const WINDOWS: Readonly<Record<string, string>> = {
  '5.1': 'XP',
  '5.2': 'XP',
  '6.0': 'Vista',
  '6.1': '7',
  '6.3': '8.1',
  '10.0': '10',
};

/** Products that name the browser, and how it is called. */
const BROWSERS: Readonly<Record<string, string>> = {
  FxiOS: 'Firefox iOS',
  GSA: 'Google',
  YisouSpider: 'YisouSpider',
  SamsungBrowser: 'Samsung Internet',
  'ChatGPT-User': 'ChatGPT-User',
  'OAI-SearchBot': 'OAI-SearchBot',
  NX: 'NetFront NX',
  Electron: 'Electron',
  IEMobile: 'IE Mobile',
};
/** Bots of three words. */
const BOTS: ReadonlySet<string> = new Set([
  'Better Uptime Bot',
  'Radius Compilance Bot',
  'Uptime Monitoring Bot',
]);
/** Products under another name. */
const RENAMED: Readonly<Record<string, string>> = { Edg: 'Edge', Edge: 'Edge', OPR: 'Opera' };
/** Versions of these have three parts at most. */
const SHORT: ReadonlySet<string> = new Set(['YaBrowser', 'Opera', 'NetFront NX']);

/** Parts of a user agent. Never throws; what is not found is `Other` and `0.0.0`. */
export function parseStatsigAgent(agent: string): UserAgentParts {
  const words = new Words(agent);
  const os = words.operatingSystem();
  const browser = words.browser();
  return {
    osName: os.tag,
    osVersion: os.version ?? NO_VERSION,
    browserName: browser.tag,
    browserVersion: browser.version ?? NO_VERSION,
  };
}

class Words {
  private readonly words: readonly (string | null)[];
  private at = 0;
  private readonly tokens: Token[] = [];
  private readonly hints = new Set<Hint>();
  private os: Token | null = null;
  private named: Token | null = null;
  private hasBot = false;

  constructor(agent: string) {
    // Two spaces have a word between them that says nothing.
    this.words = agent.split(SPACE).map(bare);
    while (this.at < this.words.length) {
      const word = this.words[this.at] ?? null;
      if (word !== null && !this.phrase(word)) this.product(word);
      this.at++;
    }
  }

  /** The word so many places on. */
  private next(places: number): string | null {
    return this.words[this.at + places] ?? null;
  }

  /** A word that begins with a digit is the version, and is not looked at again. */
  private versionAt(places: number): string | null {
    const word = this.next(places);
    if (word === null || !/^[0-9]/.test(word)) return null;
    this.at++;
    return word;
  }

  private add(tag: string, version: string | null = null): void {
    this.tokens.push({ tag, version });
  }

  private addSystem(tag: string, version: string | null): void {
    if (version !== null) this.os ??= { tag, version };
    this.add(tag, version);
  }

  private addBrowser(tag: string, version: string | null): void {
    if (version !== null) this.name(tag, version);
    this.add(tag, version);
  }

  private name(tag: string, version: string | null): void {
    this.named = { tag, version };
  }

  /** The first one takes the place of whatever was named before it. */
  private bot(tag: string, version: string | null): void {
    if (!this.hasBot) this.name(tag, version);
    this.hasBot = true;
  }

  /** True when the word begins one. */
  private phrase(word: string): boolean {
    return this.applePhrase(word) || this.otherPhrase(word);
  }

  private applePhrase(word: string): boolean {
    const [one, two] = [this.next(1), this.next(2)];
    if (word.startsWith('AppleTV')) {
      this.add('ATV OS X');
      this.at++;
    } else if (word === 'like' && one === 'Mac' && two === 'OS') {
      this.at += 3;
    } else if (word === 'Mac' && one === 'OS') {
      this.hints.add('macos');
      this.addSystem('Mac OS X', this.versionAt(two === 'X' ? 3 : 2));
      this.at += 2;
    } else if (word === 'iOS' || word === 'iPadOS') {
      const version = this.versionAt(1);
      this.addSystem('iOS', version);
      this.hints.add('ios');
      this.at++;
    } else if (word === 'iPhone' && one === 'OS') {
      this.addSystem('iOS', this.versionAt(2));
      this.at++;
    } else if (/^(iPad|iPhone|Apple-iPhone7C2)/.test(word)) {
      this.hints.add('ios');
      const device = word.startsWith('iPad') ? 'iPad' : 'iPhone';
      const model = word.startsWith(device) ? word.slice(device.length).split(device, 1)[0] : '';
      this.add(device, bare(model ?? ''));
    } else if (word === 'CPU' && one === 'OS') {
      this.add('CPU OS', this.versionAt(2));
      this.at++;
    } else return false;
    return true;
  }

  private otherPhrase(word: string): boolean {
    const one = this.next(1);
    if (word === 'CrOS') this.addSystem('Chrome OS', this.chromeOsVersion());
    else if (word === 'MSIE') this.addBrowser('IE', this.versionAt(1));
    else if (BOTS.has(`${word} ${one} ${this.next(2)}`))
      this.bot(`${word} ${one} ${this.next(2)}`, null);
    else if (word === 'CrKey') this.addSystem('Chromecast', null);
    else if (word === 'PlayStation') this.hinted('playstation', word);
    else if (word === 'Android' || word === 'Ubuntu') this.addSystem(word, this.versionAt(1));
    else if (word === 'Windows' && one === 'Phone') {
      this.addSystem('Windows Phone', this.versionAt(2));
      this.at++;
    } else if (word.startsWith('Windows')) {
      this.hints.add('windows');
      this.addSystem('Windows', this.windowsVersion(one));
    } else if (word === 'Yahoo!' && one === 'Slurp') this.pair('Yahoo! Slurp');
    else if (word === 'Red' && one === 'Hat') this.pair('Red Hat');
    else if (word === 'Nintendo' && one === '3DS') this.pair('NetFront NX');
    else if (word === 'Mobile') this.hinted('mobile', word);
    else if (word === 'Linux' || word === 'linux') this.hinted('linux', 'Linux');
    else return word === 'like' || TINY.test(word);
    return true;
  }

  private hinted(hint: Hint, tag: string): void {
    this.hints.add(hint);
    this.add(tag);
  }

  /** Two words that are one product. */
  private pair(tag: string): void {
    this.add(tag);
    this.at++;
  }

  private chromeOsVersion(): string | null {
    const version = this.versionAt(1);
    if (version !== null) return version;
    this.at++;
    return this.versionAt(1);
  }

  private windowsVersion(one: string | null): string | null {
    if (one === 'NT') {
      const version = this.versionAt(2);
      if (version !== null) this.at++;
      return version;
    }
    if (one?.startsWith('XP') !== true) return this.versionAt(1);
    this.at++;
    return 'XP';
  }

  private product(word: string): void {
    const cut = word.search(/[/;:]/);
    const tag = (cut < 0 ? null : bare(word.slice(0, cut))) ?? word;
    const version = cut < 0 ? null : bare(word.slice(cut + 1));
    const browser = own(BROWSERS, tag);
    if (browser !== undefined) this.addBrowser(browser, version);
    else if (own(RENAMED, tag) !== undefined) this.add(own(RENAMED, tag) ?? '', version);
    else if (tag === 'Kindle') {
      if (version !== null) this.os ??= { tag, version };
      this.addBrowser(tag, version);
    } else if (tag === 'EdgiOS' || tag === 'CriOS') this.appleBrowser(tag, version);
    else if (tag === 'AdsBot-Google-Mobile') this.bot('AdsBot-Google', version);
    else if (/[Bb]ot|[Cc]rawler/.test(tag)) this.bot(tag, version);
    else this.plainProduct(tag, version);
  }

  /** Pretends to run on a Mac, at times. */
  private appleBrowser(tag: string, version: string | null): void {
    if (tag === 'CriOS') this.hints.add('ios');
    if (this.os?.tag === 'Mac OS X') this.os = { tag: 'iOS', version: null };
    this.addBrowser(tag === 'CriOS' ? 'Chrome Mobile iOS' : 'Edge Mobile', version);
  }

  private plainProduct(tag: string, version: string | null): void {
    if (tag === 'CFNetwork') {
      this.hints.add('cfnetwork');
      this.hints.add('ios');
    } else if (version?.includes('crawler') === true) this.hints.add('crawler');
    else if (tag === 'OculusBrowser') this.os = { tag: 'Android', version: null };
    else {
      if (tag === 'Mobile') this.hints.add('mobile');
      if (tag === 'Safari') this.hints.add('safari');
      if (tag === 'HuaweiBrowser') this.hints.add('huawei');
      this.add(tag, version);
    }
  }

  // ---- what it all means ----

  operatingSystem(): Token {
    if (this.os !== null) return shown(this.os);
    const { hints } = this;
    for (const token of this.tokens) {
      const { tag } = token;
      if (tag === 'ATV OS X' || tag === 'Chromecast' || tag === 'Red Hat') return bareToken(tag);
      const isApple =
        tag === 'iOS' ||
        (tag === 'CPU OS' && hints.has('ios')) ||
        (tag === 'Version' && hints.has('ios') && hints.has('macos'));
      if (isApple) return shown(token, 'iOS');
      if (tag === 'Android' || tag === 'Kindle' || tag === 'Ubuntu') return shown(token);
      if (tag.startsWith('Android')) return bareToken('Android');
    }
    if (hints.has('ios')) return bareToken('iOS');
    if (hints.has('macos')) return bareToken('Mac OS X');
    if (hints.has('windows')) return bareToken('Windows');
    return bareToken(hints.has('linux') ? 'Linux' : OTHER);
  }

  browser(): Token {
    if (this.named !== null) return shown(this.named);
    for (const token of this.tokens) {
      const found = this.browserOf(token);
      if (found !== null) return found;
    }
    return this.chromium() ?? this.appleApp() ?? this.otherBrowser();
  }

  private last(tag: string): Token | null {
    return this.tokens.filter((token) => token.tag === tag).pop() ?? null;
  }

  private browserOf(token: Token): Token | null {
    const onMobile = (name: string): Token =>
      shown(token, this.hints.has('mobile') ? `${name} Mobile` : name);
    switch (token.tag) {
      case 'Firefox':
      case 'Edge':
      case 'Opera':
        return onMobile(token.tag);
      case 'Yahoo! Slurp':
        return bareToken(token.tag);
      case 'Silk':
        return this.hints.has('playstation')
          ? bareToken('NetFront NX')
          : shown(token, 'Amazon Silk');
      case 'YaBrowser':
        return shown(token, 'Yandex Browser');
      case 'NetFront NX':
      case 'axios':
      case 'HeadlessChrome':
        return shown(token);
      default:
        return null;
    }
  }

  private chromium(): Token | null {
    const [chrome, android] = [this.last('Chrome'), this.last('Android')];
    if (chrome === null) return android === null ? null : shown(android);
    if (this.last('Version') !== null) return shown(chrome, 'Chrome Mobile WebView');
    const isMobile = this.hints.has('mobile') && chrome.version !== null;
    if (isMobile && !this.hints.has('huawei')) return shown(chrome, 'Chrome Mobile');
    return chrome.version === null && android !== null ? shown(android) : shown(chrome);
  }

  private appleApp(): Token | null {
    const [first, second] = this.tokens;
    if (!this.hints.has('cfnetwork') || first === undefined) return null;
    if (first.tag !== 'NetworkingExtension') return shown(first);
    return second === undefined ? bareToken('CFNetwork') : shown(second, 'CFNetwork');
  }

  private otherBrowser(): Token {
    const { hints } = this;
    if (hints.has('safari')) {
      const version = this.last('Version');
      const isMobile = hints.has('mobile') && !hints.has('macos');
      const name = isMobile ? 'Mobile Safari' : 'Safari';
      return version === null ? bareToken(name) : shown(version, name);
    }
    if (hints.has('ios')) return bareToken('Mobile Safari UI/WKWebView');
    return bareToken(hints.has('crawler') ? 'crawler' : OTHER);
  }
}

/** Without what stands around words; null for nothing. */
function bare(word: string): string | null {
  return word.replace(AROUND, '') || null;
}

function bareToken(tag: string): Token {
  return { tag, version: null };
}

/** A token with its version in parts, perhaps under another name. */
function shown(token: Token, name = token.tag): Token {
  return { tag: name, version: versionOf(token) };
}

function versionOf({ tag, version }: Token): string | null {
  if (version === null) return null;
  if (tag === 'Windows') return own(WINDOWS, version) ?? null;
  const parts = version.split(/[_,.]/);
  if (parts[parts.length - 1] === '') parts.pop();
  if (parts.length > 1) parts[1] = /^[0-9]*/.exec(parts[1] ?? '')?.[0] ?? '';
  return parts.slice(0, SHORT.has(tag) ? 3 : 4).join('.');
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.prototype.hasOwnProperty.call(table, key) ? table[key] : undefined;
}
