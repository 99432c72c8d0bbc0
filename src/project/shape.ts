/** Types of values, found by looking at all of them: what may differ is a union. */

/** Deeper values, and objects with more keys, are not told apart. */
const DEEPEST = 8;
const MOST_KEYS = 200;

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** A key as it stands in an object type. */
export const keyText = (key: string): string => (IDENTIFIER.test(key) ? key : JSON.stringify(key));

/** What was seen of one place. */
export class Shape {
  private readonly primitives = new Set<string>();
  private items: Shape | null = null;
  private fields: Map<string, { shape: Shape; seen: number }> | null = null;
  private objects = 0;
  private isAnything = false;

  constructor(private readonly depth = 0) {}

  /** The shape of all these values. */
  static of(values: readonly unknown[]): Shape {
    const shape = new Shape();
    for (const value of values) shape.add(value);
    return shape;
  }

  add(value: unknown): void {
    if (value === undefined) return;
    if (value === null || typeof value !== 'object') {
      this.primitives.add(value === null ? 'null' : typeof value);
    } else if (this.depth >= DEEPEST) {
      this.isAnything = true;
    } else if (Array.isArray(value)) {
      this.items ??= new Shape(this.depth + 1);
      for (const item of value) this.items.add(item);
    } else {
      this.addFields(value);
    }
  }

  /** A type by its name, for what is known without a value. */
  addType(name: string): void {
    if (name === 'array') this.items ??= new Shape(this.depth + 1);
    else if (name === 'object') this.fields ??= new Map();
    else if (['string', 'number', 'boolean'].includes(name)) this.primitives.add(name);
    else this.isAnything = true;
  }

  /** Keys of objects that were seen, sorted, with what they hold. */
  members(): { key: string; isOptional: boolean; shape: Shape }[] {
    return [...(this.fields ?? [])]
      .map(([key, { shape, seen }]) => ({ key, isOptional: seen < this.objects, shape }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** In TypeScript, on lines that begin with `indent` after the first. */
  text(indent = ''): string {
    if (this.isAnything) return 'unknown';
    const { primitives } = this;
    const parts = ['string', 'number', 'boolean'].filter((name) => primitives.has(name));
    if (this.items !== null) parts.push(this.listText(this.items, indent));
    if (this.fields !== null) parts.push(this.objectText(indent));
    if (primitives.has('null')) parts.push('null');
    return parts.length === 0 ? 'unknown' : parts.join(' | ');
  }

  private addFields(value: object): void {
    this.objects++;
    this.fields ??= new Map();
    for (const [key, one] of Object.entries(value)) {
      const field = this.fields.get(key) ?? { shape: new Shape(this.depth + 1), seen: 0 };
      field.seen++;
      field.shape.add(one);
      this.fields.set(key, field);
    }
  }

  private listText(items: Shape, indent: string): string {
    const text = items.text(indent);
    return text.includes(' | ') ? `(${text})[]` : `${text}[]`;
  }

  private objectText(indent: string): string {
    const members = this.members();
    if (members.length === 0 || members.length > MOST_KEYS) return 'Record<string, unknown>';
    const lines = members.map(
      ({ key, isOptional, shape }) =>
        `${indent}  ${keyText(key)}${isOptional ? '?' : ''}: ${shape.text(`${indent}  `)};\n`,
    );
    return `{\n${lines.join('')}${indent}}`;
  }
}
