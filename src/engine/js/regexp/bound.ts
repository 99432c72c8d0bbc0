/**
 * How many steps a test may take at most, from the form of the pattern: not a close bound but a
 * cheap and a safe one. Both our machine, notes or not, and V8 keep to it, so up to the length of
 * text where it is small V8 may answer.
 */

import { isAnchored } from './compile';
import { UNBOUNDED } from './cursor';
import type { Look, Node, Pattern, Repeat, Single } from './parse';
import { UnitSet } from './unit-set';

/** What entering a node once can come to on texts of a length, whatever surrounds it. */
interface Cost {
  /** Steps inside of it. */
  steps: number;
  /** How often it is left at its end. */
  exits: number;
  /** Frames on the way through it. */
  frames: number;
}

/** Where a node is. */
interface Place {
  /** Units of the text. */
  length: number;
  /** It is read towards the start of the text. */
  isBackward: boolean;
}

/** See the head of this file. `length`: units of the text. Infinity for what cannot be bounded. */
export function mostSteps(pattern: Pattern, length: number): number {
  const { steps, frames } = costOf(pattern.root, { length, isBackward: false });
  const starts = isAnchored(pattern.root) ? 1 : length + 1;
  const most = STEPS_FOR_NOTES + starts * (steps + 1 + pattern.groups);
  // What is too much for a number may have become none.
  return frames <= MAX_FRAMES && most < Infinity ? most : Infinity;
}

/**
 * Until notes end a loop that matches nothing, and for opening them: at most 4,000 rows of 16
 * words.
 */
const STEPS_FOR_NOTES = 10_000;

/** Frames that V8's stack has room for, with plenty to spare. */
const MAX_FRAMES = 100_000;

function costOf(node: Node, place: Place): Cost {
  switch (node.kind) {
    case 'sequence':
      return sequence(node.nodes, place);
    case 'alternatives':
      return alternatives(node.nodes, place);
    case 'capture':
      return plus(costOf(node.body, place), 2, 2);
    case 'look':
      return look(node, place);
    case 'back':
      return { steps: 1 + place.length, exits: 1, frames: 0 };
    case 'repeat':
      return repeat(node, place);
    default:
      return { steps: 1, exits: 1, frames: 0 };
  }
}

/** Its end looks at each frame and note of the body. */
function look({ body, isAhead }: Look, { length }: Place): Cost {
  const { steps, frames } = costOf(body, { length, isBackward: !isAhead });
  return { steps: 3 + 3 * steps + frames, exits: 1, frames: frames + 2 };
}

function plus(cost: Cost, steps: number, frames: number): Cost {
  return { ...cost, steps: cost.steps + steps, frames: cost.frames + frames };
}

function sequence(nodes: readonly Node[], place: Place): Cost {
  const all: Cost = { steps: 0, exits: 1, frames: 0 };
  let previous: Node | null = null;
  let waysOfPrevious = 1;
  for (const node of nodes) {
    const cost = costOf(node, place);
    all.steps += all.exits * cost.steps;
    all.frames += cost.frames;
    // Units that a repetition gives back are of its kind: what begins with another kind follows in
    // one place at most.
    if (previous !== null && !place.isBackward && cannotBeginIn(previous, node))
      all.exits /= waysOfPrevious;
    all.exits *= cost.exits;
    previous = node;
    waysOfPrevious = cost.exits;
  }
  return all;
}

/** Alternatives that begin with different units exclude each other. */
function alternatives(nodes: readonly Node[], place: Place): Cost {
  const costs = nodes.map((node) => costOf(node, place));
  const total = (part: (cost: Cost) => number): number =>
    costs.reduce((sum, cost) => sum + part(cost), 0);
  const exits =
    !place.isBackward && excludeEachOther(nodes)
      ? Math.max(...costs.map((cost) => cost.exits))
      : total((cost) => cost.exits);
  return {
    steps: total((cost) => cost.steps) + 2 * nodes.length,
    exits,
    frames: total((cost) => cost.frames) + nodes.length,
  };
}

function repeat(node: Repeat, place: Place): Cost {
  const { body, min, max } = node;
  const { length } = place;
  const width = leastWidth(body);
  // Behind the required iterations an empty one is none, but copies of a body that may be empty are
  // gone through.
  const most =
    width === 0 && max !== UNBOUNDED
      ? max
      : Math.min(max, min + Math.floor(length / Math.max(1, width)) + 1);
  if (body.kind === 'unit' || body.kind === 'set') {
    const depth = body.kind === 'set' ? body.set.depth : 1;
    const taken = Math.min(most, length);
    return { steps: 2 + taken * (2 + depth), exits: Math.max(1, taken - min + 1), frames: 1 };
  }
  const inner = costOf(body, place);
  const decided = sumOfPowers(inner.exits, most + 1);
  const begun = sumOfPowers(inner.exits, most);
  const cleared = node.endCapture - node.firstCapture;
  const steps = 1 + 3 * decided + begun * (inner.steps + cleared);
  return { steps, exits: decided, frames: (most + 1) * (inner.frames + 2 + 2 * cleared) };
}

/** 1 + base + base² + …, so many numbers. */
function sumOfPowers(base: number, count: number): number {
  return base <= 1 ? count : (base ** count - 1) / (base - 1);
}

/** Whether what follows a repetition of a single unit begins with units of another kind. */
function cannotBeginIn(previous: Node, node: Node): boolean {
  if (previous.kind !== 'repeat') return false;
  const { body } = previous;
  if (body.kind !== 'unit' && body.kind !== 'set') return false;
  const first = firstOf(node);
  return first !== null && setOf(first).isDisjointFrom(setOf(body));
}

function excludeEachOther(nodes: readonly Node[]): boolean {
  const firsts = nodes.map(firstOf);
  const known = firsts.filter((first): first is Single => first !== null).map(setOf);
  if (known.length < nodes.length || nodes.length > MOST_COMPARED) return false;
  return known.every((set, i) => known.slice(0, i).every((other) => other.isDisjointFrom(set)));
}

/** Alternatives that are compared with each other, for that takes the square of their number. */
const MOST_COMPARED = 16;

/**
 * The unit or set that a node begins with, by its form; null when it may begin otherwise or be
 * empty.
 */
function firstOf(node: Node): Single | null {
  switch (node.kind) {
    case 'unit':
    case 'set':
      return node;
    case 'sequence':
      return node.nodes[0] === undefined ? null : firstOf(node.nodes[0]);
    case 'capture':
      return firstOf(node.body);
    case 'repeat':
      return node.min > 0 ? firstOf(node.body) : null;
    default:
      return null;
  }
}

function setOf(single: Single): UnitSet {
  return single.kind === 'set' ? single.set : new UnitSet([[single.unit, single.unit]]);
}

/** Fewest units that a node takes. */
function leastWidth(node: Node): number {
  switch (node.kind) {
    case 'unit':
    case 'set':
      return 1;
    case 'sequence':
      return node.nodes.reduce((sum, part) => sum + leastWidth(part), 0);
    case 'alternatives':
      return node.nodes.reduce((least, part) => Math.min(least, leastWidth(part)), Infinity);
    case 'capture':
      return leastWidth(node.body);
    case 'repeat':
      return node.min * leastWidth(node.body);
    default:
      return 0;
  }
}
