// What CHANGELOG.md and the pending release notes say of a version.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/stamp.mjs';

/** Release notes that no version contains yet. */
export function pendingNotes() {
  return readdirSync(join(root, '.changeset')).filter(
    (file) => file.endsWith('.md') && file !== 'README.md',
  );
}

/** The section of CHANGELOG.md on a version; null without one. */
export function notesOf(version) {
  const file = join(root, 'CHANGELOG.md');
  const sections = existsSync(file) ? readFileSync(file, 'utf8').split(/^(?=## )/m) : [];
  return sections.find((section) => section.startsWith(`## ${version}\n`))?.trim() ?? null;
}
