// statsig-node has no `exports` map, so applications import files of its dist folder. This table
// keeps the paths they use working: path below dist/ → our module, the name that is its default
// export, the other names, and the types. `Errors` is an alias in package.json's exports, for all
// of a module.
export const deepImports = {
  'interfaces/IDataAdapter': {
    from: 'compat/data-adapter',
    names: ['CompressFormat', 'DataAdapterKeyPath', 'getDataAdapterKey'],
    types: [['compat/data-adapter', ['AdapterResponse', 'IDataAdapter']]],
  },
  'interfaces/IUserPersistentStorage': {
    types: [
      [
        'types/user-persistent-storage',
        ['IUserPersistentStorage', 'StickyValues', 'UserPersistedValues'],
      ],
    ],
  },
  'utils/core': {
    from: 'compat/utils-core',
    names: [
      'ExhaustSwitchError',
      'clone',
      'cloneEnforce',
      'getBoolValue',
      'getNumericValue',
      'getSDKType',
      'getSDKVersion',
      'getStatsigMetadata',
      'getTypeOf',
      'isUserIdentifiable',
      'notEmpty',
      'notEmptyObject',
      'poll',
    ],
    types: [['compat/utils-core', ['StatsigMetadata']]],
  },
  DynamicConfig: { from: 'results/results', default: 'DynamicConfig' },
  Layer: { from: 'results/results', default: 'Layer' },
  StatsigServer: {
    from: 'api/statsig',
    default: 'StatsigServer',
    types: [['api/public-types', ['LogEventObject']]],
  },
  LogEvent: {
    from: 'results/log-event',
    default: 'LogEvent',
    types: [
      ['engine/engine', ['SecondaryExposure']],
      ['results/log-event', ['LogEventData']],
    ],
  },
  FeatureGate: {
    from: 'results/results',
    names: ['makeEmptyFeatureGate', 'makeFeatureGate'],
    types: [['results/results', ['FeatureGate']]],
  },
  EvaluationDetails: { from: 'results/results', names: ['EvaluationDetails'] },
  EvaluationReason: { types: [['results/results', ['EvaluationReason']]] },
  InitializationDetails: { types: [['api/public-types', ['InitializationDetails']]] },
  StatsigUser: { types: [['api/public-types', ['StatsigUser', 'StatsigEnvironment']]] },
  Evaluator: {
    types: [
      [
        'api/public-types',
        ['ClientInitializeResponse', 'ClientInitializeResponseOptions', 'HashingAlgorithm'],
      ],
    ],
  },
  StatsigOptions: {
    types: [
      [
        'api/public-types',
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
