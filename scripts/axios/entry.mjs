// What the SDK uses of axios: its client class with its defaults, and its adapter for Node's http.
import http from 'axios/unsafe/adapters/http.js';
import Axios from 'axios/unsafe/core/Axios.js';
import defaults from 'axios/unsafe/defaults/index.js';

export const createClient = (config) => new Axios({ ...defaults, ...config, adapter: http });
