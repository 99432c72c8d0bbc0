// Hand-written JavaScript that does only the rules of the equivalent project: what nobody can go
// below in this language.
import { flagCount } from '../payloads/index.mjs';
import { flags } from '../payloads/flags.mjs';

export const info = { package: null, kind: 'floor' };
export const load = () => ({});

const compareVersion = (text) => {
  const [major, minor, patch] = text.split('.');
  return major * 1e6 + minor * 1e3 + +patch;
};

/** FNV-1a over the flag's seed and the user's ID, 0 … 99. */
function bucket(seed, id) {
  let hash = seed;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % 100;
}

export async function create(_, { project }) {
  const compiled = new Map(
    flags(flagCount(project)).map((flag, index) => [
      flag.name,
      {
        countries: new Set(flag.countries),
        domain: flag.domain ?? null,
        minVersion: flag.minVersion ? compareVersion(flag.minVersion) : 0,
        percent: flag.percent,
        seed: Math.imul(index + 1, 0x9e3779b1),
      },
    ]),
  );
  const gate = (user, name) => {
    const flag = compiled.get(name);
    if (flag === undefined) return false;
    if (flag.countries.has(user.country)) return true;
    if (flag.domain !== null ? user.email.endsWith(flag.domain) : user.version > flag.minVersion)
      return true;
    return (
      flag.percent === 100 || (flag.percent !== 0 && bucket(flag.seed, user.userID) < flag.percent)
    );
  };
  return {
    tracksNothing: true,
    user: (plain) => ({ ...plain, version: compareVersion(plain.appVersion) }),
    gate,
    flush: async () => {},
    shutdown: async () => {},
  };
}
