/** Where config specs come from. */
export type SpecSource = 'Network' | 'Bootstrap' | 'DataAdapter';
