/** Where a program is that the tests want; undefined when it is missing. @throws Error when programs.cjs has no such row */
export function find(name: string): unknown;
