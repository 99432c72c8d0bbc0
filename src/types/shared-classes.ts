/** Classes that several copies of this package in one process have in common. */

/**
 * Makes `instanceof` hold for instances that another copy made. Subclasses are told apart as usual.
 */
export function recogniseAcrossCopies(type: { prototype: object }, name: string): void {
  const brand = Symbol.for(`statsig-node-native.${name}`);
  Object.defineProperty(type.prototype, brand, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      const isOwn = Function.prototype[Symbol.hasInstance].call(this, value);
      return (
        isOwn || (this === type && typeof value === 'object' && value !== null && brand in value)
      );
    },
  });
}
