/**
 * Types of the flags of a project: empty here, and filled by the file that `statsig-node-native
 * codegen` writes (docs/typed-flags.md). Where nothing fills them, every type here is the one that
 * statsig-node has: a name is a `string`, a value a `Record<string, unknown>`.
 */

/**
 * What `codegen` fills: `gates`, `configs`, `experiments`, `layers` and `parameterStores` with a
 * member per name, and `strict: true` when names that are not there are mistakes.
 */
// An interface, because only interfaces can be added to.
export interface FlagTypes {}

/** Parameters of which nothing is known. */
export type AnyParameters = Record<string, unknown>;

type Part = 'gates' | 'configs' | 'experiments' | 'layers' | 'parameterStores';
type IsStrict = FlagTypes extends { strict: true } ? true : false;
/** By name; nothing without generated types. */
type Known<P extends Part> = FlagTypes extends Record<P, infer Named> ? Named : object;
/** What editors complete while any text may stand there. */
type AnyName = string & Record<never, never>;
type NameIn<P extends Part> =
  FlagTypes extends Record<P, infer Named>
    ? IsStrict extends true
      ? keyof Named & string
      : (keyof Named & string) | AnyName
    : string;

/** A gate's name: `string`, or those that `codegen` found. */
export type GateName = NameIn<'gates'>;
/** A dynamic config's name: `string`, or those that `codegen` found. */
export type ConfigName = NameIn<'configs'>;
/** An experiment's name: `string`, or those that `codegen` found. */
export type ExperimentName = NameIn<'experiments'>;
/** A layer's name: `string`, or those that `codegen` found. */
export type LayerName = NameIn<'layers'>;
/** A parameter store's name: `string`, or those that `codegen` found. */
export type ParameterStoreName = NameIn<'parameterStores'>;

/** The parameters of `Name`, unless the caller says what they are. */
type ParametersOf<P extends Part, Name, Given> = [Given] extends [never]
  ? Name extends keyof Known<P>
    ? Known<P>[Name]
    : AnyParameters
  : Given;

/** What `getConfig` is asked for: the type that was given, or the one that the name has. */
export type ConfigParameters<Given, Name> = ParametersOf<'configs', Name, Given>;
/** What `getExperiment` is asked for. */
export type ExperimentParameters<Given, Name> = ParametersOf<'experiments', Name, Given>;
/** What `getLayer` is asked for. */
export type LayerParameters<Given, Name> = ParametersOf<'layers', Name, Given>;
/** What `getParameterStore` is asked for. */
export type StoreParameters<Given, Name> = ParametersOf<'parameterStores', Name, Given>;

/** Names of parameters whose types are known; none without types. */
export type KnownParameter<T> = string extends keyof T ? never : keyof T & string;
/** Any other name: a mistake where types are strict. */
export type OtherParameter<T> = string extends keyof T
  ? string
  : IsStrict extends true
    ? never
    : string;
/** What a parameter may be, without what reads as "not there". */
export type ParameterType<T, K> = K extends keyof T ? NonNullable<T[K]> : unknown;
