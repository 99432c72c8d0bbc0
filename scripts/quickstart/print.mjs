// What the quick start shows.

/** Answers shown per kind; a real project has hundreds of gates. */
const shownPerKind = 20;
/** Where nobody looks at a terminal. */
const columnsOfFiles = 100;

const clip = (text, width) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
const columns = () => process.stdout.columns ?? columnsOfFiles;
const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const painted = (code, text) => (isColoured ? `\u001b[${code}m${text}\u001b[39m` : text);

/** kind → names, and what reads one, so that it is exposed. */
function listsOf(statsig) {
  return [
    ['gate', statsig.getFeatureGateList(), 'checkGate'],
    ['config', [...statsig.getDynamicConfigList(), ...statsig.getAutotuneList()], 'getConfig'],
    ['experiment', statsig.getExperimentList(), 'getExperiment'],
    ['layer', statsig.getLayerList(), 'getLayer'],
  ];
}

/** A layer logs an exposure per parameter that is read, so one is read: the first. */
function ask(statsig, user, call, name) {
  const result = statsig[call](user, name);
  if (call !== 'getLayer') return;
  for (const parameter of Object.keys(result._value ?? {}).slice(0, 1)) result.get(parameter, null);
}

/** Kind, name, value and why, in words. */
function rowsFor(statsig, formatExplanation, user) {
  return listsOf(statsig).flatMap(([kind, names, call]) =>
    names.slice(0, shownPerKind).map((name) => {
      ask(statsig, user, call, name);
      const explained = statsig.explain(user, kind, name);
      // The first line says "gate NAME is VALUE: why".
      const [first] = formatExplanation(explained).split('\n');
      const why = first.slice(first.indexOf(': ', first.lastIndexOf('}') + 1) + 2);
      const shown = kind === 'gate' ? '' : JSON.stringify(explained.value);
      return { kind, name, value: explained.value, shown, why };
    }),
  );
}

function printRows(rows) {
  const width = Math.min(30, Math.max(...rows.map(({ name }) => name.length)));
  const room = columns() - width - 18;
  const valueWidth = Math.max(12, Math.floor(room * 0.45));
  for (const { kind, name, value, shown, why } of rows) {
    const isGate = kind === 'gate';
    const mark = !isGate ? ' ' : value === true ? painted(32, '✓') : painted(31, '✗');
    const told = isGate ? '' : `${clip(shown, valueWidth).padEnd(valueWidth)}  `;
    const words = clip(why, Math.max(12, room - told.length));
    console.log(
      `  ${mark} ${kind.padEnd(10)}  ${clip(name, width).padEnd(width)}  ${told}${words}`,
    );
  }
}

/** One user by default; `--all` shows each. */
export function printAnswers(statsig, formatExplanation, users, isAll) {
  for (const user of isAll ? users : users.slice(0, 1)) {
    const { userAgent, ...shown } = user;
    console.log(`\n${clip(`As ${JSON.stringify(shown)}`, columns())}\n`);
    printRows(rowsFor(statsig, formatExplanation, user));
  }
  const hidden = statsig.getFeatureGateList().length - shownPerKind;
  if (hidden > 0) console.log(`\n(${hidden} more gates are not shown)`);
  if (!isAll && users.length > 1)
    console.log(`\n${users.length - 1} more users: npm run quickstart -- --all`);
}

export function printEvents(events) {
  const counts = new Map();
  for (const { eventName } of events) counts.set(eventName, (counts.get(eventName) ?? 0) + 1);
  console.log(`\n${events.length} events arrived at the local server:`);
  for (const [name, count] of counts) console.log(`  ${String(count).padStart(4)}  ${name}`);
}
