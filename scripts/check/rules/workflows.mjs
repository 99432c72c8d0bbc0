// Workflows pin actions by commit and declare permissions; `npm run ready` adds actionlint where it
// is installed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../lib/stamp.mjs';

export function workflowProblems() {
  const folder = join(root, '.github', 'workflows');
  const files = existsSync(folder)
    ? readdirSync(folder).filter((file) => /\.ya?ml$/.test(file))
    : [];
  if (files.length === 0) return ['.github/workflows: no workflows found'];
  return files.flatMap((file) => problemsOf(file, readFileSync(join(folder, file), 'utf8')));
}

function problemsOf(file, text) {
  const problems = [];
  if (!/^permissions:/m.test(text)) problems.push(`${file}: no top-level permissions`);
  for (const [, action] of text.matchAll(/^\s*(?:-\s+)?uses:\s*(\S+)/gm)) {
    if (!action.startsWith('./') && !/@[0-9a-f]{40}$/.test(action))
      problems.push(`${file}: ${action} is not pinned by commit`);
  }
  for (const [, script] of text.matchAll(/node (scripts\/[\w/-]+\.mjs)/g)) {
    if (!existsSync(join(root, script)))
      problems.push(`${file}: runs ${script}, which does not exist`);
  }
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g)) {
    if (!scripts[name]) problems.push(`${file}: runs npm run ${name}, which does not exist`);
  }
  return problems;
}
