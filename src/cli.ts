#!/usr/bin/env node
import { terminal } from './cli/command';
import { main } from './cli/main';

void main(process.argv.slice(2), terminal()).then((code) => {
  process.exitCode = code;
});
