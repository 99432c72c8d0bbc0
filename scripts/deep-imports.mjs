// statsig-node has no `exports` map, so applications import files of its dist folder. This table
// keeps the paths they use working: path below dist/ → our module, the name that is its default
// export, the other names, and the types. `interfaces/*` and `utils/core` are not here: they are
// files of src. `Errors` is an alias in package.json's exports, because a file of that name would
// collide with errors.js where file names ignore case.
export const deepImports = {
  DynamicConfig: { from: 'results', default: 'DynamicConfig' },
  Layer: { from: 'results', default: 'Layer' },
  StatsigServer: {
    from: 'statsig',
    default: 'StatsigServer',
    types: [['types/index', ['LogEventObject']]],
  },
  LogEvent: {
    from: 'log-event',
    default: 'LogEvent',
    types: [
      ['engine/engine', ['SecondaryExposure']],
      ['log-event', ['LogEventData']],
    ],
  },
  FeatureGate: {
    from: 'results',
    names: ['makeEmptyFeatureGate', 'makeFeatureGate'],
    types: [['results', ['FeatureGate']]],
  },
  EvaluationDetails: { from: 'results', names: ['EvaluationDetails'] },
  EvaluationReason: { types: [['results', ['EvaluationReason']]] },
  InitializationDetails: { types: [['types/index', ['InitializationDetails']]] },
  StatsigUser: { types: [['types/index', ['StatsigUser', 'StatsigEnvironment']]] },
  Evaluator: {
    types: [
      [
        'types/index',
        ['ClientInitializeResponse', 'ClientInitializeResponseOptions', 'HashingAlgorithm'],
      ],
    ],
  },
  StatsigOptions: {
    types: [
      [
        'types/index',
        [
          'CheckGateOptions',
          'ClientInitializeResponseOptions',
          'CoreApiOptions',
          'EvaluationCallbacks',
          'ExplicitStatsigOptions',
          'GetConfigOptions',
          'GetExperimentOptions',
          'GetLayerOptions',
          'InitStrategy',
          'LoggerInterface',
          'NetworkOverrideFunc',
          'PersistentAssignmentOptions',
          'RetryBackoffFunc',
          'RulesUpdatedCallback',
          'StatsigEnvironment',
          'StatsigOptions',
        ],
      ],
    ],
  },
};
