/**
 * The user agents that most browsers send, read as ua-parser-js reads them. It tries up to a
 * hundred expressions one after the other, and V8 compiles each when it is tried first: a third of
 * a process's first request, beside loading it. Only what is known to the last character is
 * answered here; `__test__/users/common-agents.test.ts` compares the two.
 */
import type { UserAgentParts } from '../engine/engine';

const START = 'Mozilla/5.0 (';

const MAC = /^Macintosh; Intel Mac OS X (10[._][\d_]{1,8})$/;
const ANDROID = /^Linux; Android (\d{1,2}); K$/;
const IPHONE = /^iPhone; CPU iPhone OS ([\d_]{1,10}) like Mac OS X$/;
const GECKO = /^(.+); rv:\d{1,4}\.\d{1,3}$/;

const CHROME = new RegExp(
  '^AppleWebKit/537\\.36 \\(KHTML, like Gecko\\) Chrome/([\\d.]{1,24}) ' +
    '(Mobile )?Safari/537\\.36(?: Edg/([\\d.]{1,24}))?$',
);
const SAFARI = new RegExp(
  '^AppleWebKit/605\\.1\\.15 \\(KHTML, like Gecko\\) Version/([\\d.]{1,12}) ' +
    '(Mobile/15E148 )?Safari/60[45]\\.1(?:\\.15)?$',
);
const FIREFOX = /^Gecko\/20100101 Firefox\/([\d.]{1,12})$/;

type System = Pick<UserAgentParts, 'osName' | 'osVersion'>;
type Browser = Pick<UserAgentParts, 'browserName' | 'browserVersion'>;

/** What ua-parser-js finds in a usual user agent; null: ask it. */
export function readCommonAgent(userAgent: string): UserAgentParts | null {
  // There it looks at more than the text.
  if ('window' in globalThis || !userAgent.startsWith(START)) return null;
  const end = userAgent.indexOf(') ');
  const [platform, rest] = [userAgent.slice(START.length, end), userAgent.slice(end + 2)];
  const gecko = GECKO.exec(platform);
  const system = systemOf(gecko?.[1] ?? platform);
  if (system === null) return null;
  const browser =
    gecko !== null ? firefox(rest, system) : (chrome(rest, system) ?? safari(rest, system));
  return browser === null ? null : { ...system, ...browser };
}

function systemOf(platform: string): System | null {
  if (platform === 'Windows NT 10.0; Win64; x64') return { osName: 'Windows', osVersion: '10' };
  if (platform === 'X11; Linux x86_64') return { osName: 'Linux', osVersion: null };
  const mac = MAC.exec(platform)?.[1];
  if (mac !== undefined) return { osName: 'Mac OS X', osVersion: mac.replace(/_/g, '.') };
  const android = ANDROID.exec(platform)?.[1];
  if (android !== undefined) return { osName: 'Android', osVersion: android };
  const iphone = IPHONE.exec(platform)?.[1];
  return iphone === undefined ? null : { osName: 'iOS', osVersion: iphone.replace(/_/g, '.') };
}

const isHandheld = ({ osName }: System): boolean => osName === 'Android' || osName === 'iOS';

/** With its word for phones or without, on Android it is one of a handheld. */
function chrome(rest: string, system: System): Browser | null {
  const [, version, mobile, edge] = CHROME.exec(rest) ?? [];
  const isAndroid = system.osName === 'Android';
  if (version === undefined || system.osName === 'iOS') return null;
  if (edge === undefined && (mobile === undefined || isAndroid))
    return { browserName: isAndroid ? 'Chrome Mobile' : 'Chrome', browserVersion: version };
  return edge === undefined || mobile !== undefined || isAndroid
    ? null
    : { browserName: 'Edge', browserVersion: edge };
}

function safari(rest: string, { osName }: System): Browser | null {
  const [, version, mobile] = SAFARI.exec(rest) ?? [];
  const isPhone = osName === 'iOS';
  if (version === undefined || (mobile !== undefined) !== isPhone) return null;
  if (!isPhone && osName !== 'Mac OS X') return null;
  return { browserName: isPhone ? 'Mobile Safari' : 'Safari', browserVersion: version };
}

function firefox(rest: string, system: System): Browser | null {
  const version = FIREFOX.exec(rest)?.[1];
  if (version === undefined || isHandheld(system)) return null;
  return { browserName: 'Firefox', browserVersion: version };
}
