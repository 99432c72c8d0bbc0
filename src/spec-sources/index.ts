/** Sources of config specs for the option `specSources`: a file, and a file behind HTTP. */
export { FileSpecSource, type FileSpecSourceOptions } from './file';
export { HttpSpecSource, type HttpSpecSourceOptions } from './http';
