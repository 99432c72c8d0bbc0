// What the quick start shows.

/** Answers shown per user and kind; a real project has hundreds of gates. */
const shownPerKind = 40;

const clip = (text, width) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows)
    console.log(
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}`,
    );
}

function row(kind, name, value, ruleID, group, details) {
  return [
    kind,
    clip(name, 36),
    clip(JSON.stringify(value), 64),
    clip(ruleID || '-', 24),
    clip(group ?? '-', 16),
    details?.reason ?? '-',
  ];
}

function answersFor(statsig, user) {
  const experiments = new Set(statsig.getExperimentList());
  const configs = [...statsig.getDynamicConfigList(), ...statsig.getAutotuneList()];
  return [
    ...statsig
      .getFeatureGateList()
      .slice(0, shownPerKind)
      .map((name) => {
        const gate = statsig.getFeatureGate(user, name);
        return row('gate', name, gate.value, gate.ruleID, gate.groupName, gate.evaluationDetails);
      }),
    ...configs.slice(0, shownPerKind).map((name) => {
      const config = statsig.getConfig(user, name);
      return row(
        'config',
        name,
        config.value,
        config.getRuleID(),
        config.getGroupName(),
        config.getEvaluationDetails(),
      );
    }),
    ...[...experiments].slice(0, shownPerKind).map((name) => {
      const experiment = statsig.getExperiment(user, name);
      return row(
        'experiment',
        name,
        experiment.value,
        experiment.getRuleID(),
        experiment.getGroupName(),
        experiment.getEvaluationDetails(),
      );
    }),
    ...statsig
      .getLayerList()
      .slice(0, shownPerKind)
      .map((name) => layerRow(statsig, user, name)),
  ];
}

/** A layer logs an exposure per parameter that is read, so one is read: the first. */
function layerRow(statsig, user, name) {
  const layer = statsig.getLayer(user, name);
  const value = layer._value ?? {};
  for (const parameter of Object.keys(value).slice(0, 1)) layer.get(parameter, null);
  return row(
    'layer',
    name,
    value,
    layer.getRuleID(),
    layer.getGroupName(),
    layer.getEvaluationDetails(),
  );
}

export function printAnswers(statsig, users) {
  for (const user of users) {
    const { userAgent, ...shown } = user;
    console.log(`\nUser ${clip(JSON.stringify(shown), 150)}`);
    table([['kind', 'name', 'value', 'rule', 'group', 'reason'], ...answersFor(statsig, user)]);
  }
  const hidden = statsig.getFeatureGateList().length - shownPerKind;
  if (hidden > 0) console.log(`\n(${hidden} more gates are not shown)`);
}

export function printEvents(events) {
  const counts = new Map();
  for (const { eventName } of events) counts.set(eventName, (counts.get(eventName) ?? 0) + 1);
  console.log(`\n${events.length} events arrived at the local server:`);
  table([...counts].map(([name, count]) => [name, String(count)]));
}
