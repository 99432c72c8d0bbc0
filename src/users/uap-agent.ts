/**
 * User agents by the patterns of uap-core (uap-core.json), after its specification: of browsers,
 * then of systems, the first pattern that matches decides. Versions have three parts, as from the
 * newer SDK's other parser. The native engine has the crate ua-parser and the same patterns.
 *
 * Loaded when somebody asks for it.
 */
import type { UserAgentParts } from '../engine/engine';
import type { UapReader } from '../engine/uap-reader';
import patterns from './uap-core.json';

/** Pattern, name, and the parts of the version; null or missing: what the groups hold. */
type Row = readonly (string | null)[];

interface Named {
  readonly name: string;
  readonly version: string;
}

const OTHER: Named = { name: 'Other', version: '0.0.0' };

/** Patterns in order; one is compiled when it is first tried. */
class Patterns {
  private readonly compiled: RegExp[] = [];

  constructor(private readonly rows: readonly Row[]) {}

  /** 60 to 150 µs: all that come before the one that matches are tried. */
  read(agent: string): Named {
    for (const [i, row] of this.rows.entries()) {
      const regex = (this.compiled[i] ??= new RegExp(row[0]!, 'u'));
      const groups = regex.exec(agent);
      if (groups !== null) return named(row, groups);
    }
    return OTHER;
  }
}

function named(row: Row, groups: RegExpExecArray): Named {
  const [name, ...version] = [1, 2, 3, 4].map(
    (group) => filled(row[group] ?? null, groups) || groups[group] || '',
  );
  return { name: name || OTHER.name, version: version.map((part) => part || '0').join('.') };
}

function filled(template: string | null, groups: RegExpExecArray): string {
  return template?.replace(/\$(\d)/g, (_, group: string) => groups[Number(group)] ?? '') ?? '';
}

const [browsers, systems] = (patterns as Row[][]).map((rows) => new Patterns(rows)) as [
  Patterns,
  Patterns,
];

/** What is not found is `Other` and `0.0.0`. */
export const uapReader: UapReader = {
  load: () => undefined,
  read(agent: string): UserAgentParts {
    const browser = browsers.read(agent);
    const os = systems.read(agent);
    return {
      osName: os.name,
      osVersion: os.version,
      browserName: browser.name,
      browserVersion: browser.version,
    };
  },
};
