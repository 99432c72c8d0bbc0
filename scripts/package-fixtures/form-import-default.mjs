import Statsig from 'statsig-node-native';
import { exercise } from './exercise.cjs';
await exercise(Statsig);
