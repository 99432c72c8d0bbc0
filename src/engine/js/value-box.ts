/** A value of the payload with its JSON text, which is written once when first asked for. */
export class ValueBox {
  private json: string | null = null;

  constructor(readonly value: unknown) {}

  /** As JSON.stringify would write the value; `{}` where the payload has none. */
  text(): string {
    this.json ??= JSON.stringify(this.value) ?? '{}';
    return this.json;
  }
}
