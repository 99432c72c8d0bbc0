// Stands in for axios' other adapters. Loading the one for fetch makes Node load undici (20 ms, 4 MB).
export const getFetch = () => null;
export default null;
