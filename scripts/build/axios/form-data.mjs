// Stands in for the package form-data, which loads a table of media types (47 ms, 8 MB). The SDK
// posts bytes only.
export default class FormData {}
