const { exercise } = require('./exercise.cjs');
exercise(require('statsig-node-native')).catch((error) => {
  console.error(error);
  process.exit(1);
});
