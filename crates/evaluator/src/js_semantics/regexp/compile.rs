//! Trees to instructions.

use super::class::{dot, Class};
use super::limits::UNBOUNDED;
use super::parse::{Node, Pattern};

/// What one unit must be.
#[derive(Debug, Clone)]
pub(super) enum Single {
    Unit(u16),
    Class(Class),
}

impl Single {
    pub(super) fn matches(&self, unit: u16) -> bool {
        match self {
            Single::Unit(expected) => *expected == unit,
            Single::Class(class) => class.contains(unit),
        }
    }

    /// What a look at a unit costs, in looks at a plain one.
    pub(super) fn cost(&self) -> usize {
        match self {
            Single::Unit(_) => 1,
            Single::Class(class) => class.depth(),
        }
    }
}

/// An instruction. `back` reads towards the start of the text, as look-behind does. Numbers called
/// registers index the machine's registers, those called `row` the rows of its notes (see `Notes`
/// in `exec`), other numbers are positions in the program.
#[derive(Debug, Clone)]
pub(super) enum Inst {
    One {
        single: Single,
        back: bool,
    },
    /// Several units, in text order.
    Literal {
        units: Box<[u16]>,
        back: bool,
    },
    /// A repeated single unit, in one instruction because it is what most patterns consist of.
    Many {
        single: Single,
        back: bool,
        min: u32,
        max: u32,
        greedy: bool,
        row: usize,
    },
    Start,
    End,
    WordEdge(bool),
    /// Puts the position into a register.
    Save(usize),
    /// Matches what the two registers delimit; anything if one is unset.
    BackReference {
        register: usize,
        back: bool,
    },
    /// Goes on with `first`, later perhaps with `second`.
    Split {
        first: usize,
        second: usize,
        row: usize,
    },
    Jump(usize),
    /// Opens a look-around; its body follows. `register` and the next one are its own. In `row` it
    /// is noted where the body matched, in the next one where it did not; behind them come the
    /// body's.
    Look {
        register: usize,
        negative: bool,
        after: usize,
        row: usize,
    },
    /// `rows`: that of its `Look`, and the one behind the body's.
    LookEnd {
        register: usize,
        negative: bool,
        rows: (usize, usize),
    },
    /// Zeroes a loop. `register` counts, the next one holds where the iteration began.
    LoopInit {
        register: usize,
    },
    /// Decides on another iteration, which is the next instruction.
    Loop {
        register: usize,
        min: u32,
        max: u32,
        greedy: bool,
        exit: usize,
    },
    /// Begins an iteration and unsets the registers of the captures inside.
    Iterate {
        register: usize,
        clear: (usize, usize),
    },
    Match,
}

/// Instructions of a pattern.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) insts: Vec<Inst>,
    pub(super) registers: usize,
    /// A match can begin at the start of the text only.
    pub(super) anchored: bool,
    /// Rows of notes: what leads on from an instruction depends on the position alone. None where
    /// it depends on captures or on counts, too.
    pub(super) rows: Option<usize>,
}

struct Compiler<'a> {
    insts: Vec<Inst>,
    registers: usize,
    rows: usize,
    /// Whether anything refers to captures; otherwise they are not recorded.
    captures: bool,
    /// Whether repetitions are written out.
    unrolls: bool,
    references: &'a [u32],
}

/// Longest program that repetitions are written out to.
const MAX_UNROLLED: usize = 4000;

/// Compiles a pattern. Repetitions become copies and jumps, unless something refers to captures or
/// there would be more than [`MAX_UNROLLED`] instructions: then they become loops that count, and
/// the program is as long as the pattern.
pub(super) fn compile(pattern: &Pattern) -> Program {
    let captures = refers(&pattern.root);
    let unrolls = !captures && unrolled_size(&pattern.root) <= MAX_UNROLLED;
    let registers = if captures { pattern.groups as usize * 2 } else { 0 };
    let references = &pattern.references;
    let mut compiler =
        Compiler { insts: Vec::new(), registers, rows: 0, captures, unrolls, references };
    compiler.node(&pattern.root, false);
    compiler.insts.push(Inst::Match);
    let Compiler { insts, registers, rows, .. } = compiler;
    Program {
        insts,
        registers,
        anchored: is_anchored(&pattern.root),
        rows: unrolls.then_some(rows),
    }
}

/// Instructions of a node when repetitions are written out, about.
fn unrolled_size(node: &Node) -> usize {
    let sum = |nodes: &[Node]| {
        nodes.iter().fold(0usize, |sum, node| sum.saturating_add(unrolled_size(node)))
    };
    match node {
        Node::Sequence(nodes) => sum(nodes),
        Node::Alternatives(nodes) => sum(nodes).saturating_add(nodes.len() * 2),
        Node::Capture(_, body) => unrolled_size(body),
        Node::Look { body, .. } => unrolled_size(body).saturating_add(2),
        Node::Repeat { body, .. } if single(body).is_some() => 1,
        Node::Repeat { body, min, max, .. } => {
            let copies = if *max == UNBOUNDED { (*min).max(1) } else { *max };
            unrolled_size(body).saturating_add(2).saturating_mul(copies as usize)
        }
        _ => 1,
    }
}

/// Whether a back reference occurs.
fn refers(node: &Node) -> bool {
    match node {
        Node::BackReference(_) | Node::NamedReference(_) => true,
        Node::Sequence(nodes) | Node::Alternatives(nodes) => nodes.iter().any(refers),
        Node::Capture(_, body) | Node::Look { body, .. } | Node::Repeat { body, .. } => {
            refers(body)
        }
        _ => false,
    }
}

fn is_anchored(node: &Node) -> bool {
    match node {
        Node::Start => true,
        Node::Sequence(nodes) => nodes.first().is_some_and(is_anchored),
        Node::Alternatives(nodes) => nodes.iter().all(is_anchored),
        Node::Capture(_, body) => is_anchored(body),
        _ => false,
    }
}

impl Compiler<'_> {
    fn node(&mut self, node: &Node, back: bool) {
        if let Some(single) = single(node) {
            self.insts.push(Inst::One { single, back });
            return;
        }
        match node {
            Node::Start => self.insts.push(Inst::Start),
            Node::End => self.insts.push(Inst::End),
            Node::WordEdge(is_edge) => self.insts.push(Inst::WordEdge(*is_edge)),
            Node::Sequence(nodes) => self.sequence(nodes, back),
            Node::Alternatives(nodes) => self.alternatives(nodes, back),
            Node::Capture(number, body) => self.capture(*number as usize * 2, body, back),
            Node::BackReference(number) => self.back_reference(*number, back),
            Node::NamedReference(i) => {
                self.back_reference(self.references.get(*i).copied().unwrap_or(0), back)
            }
            Node::Look { ahead, negative, body } => self.look(*ahead, *negative, body),
            Node::Repeat { body, min, max, greedy, captures } => match single(body) {
                Some(single) => {
                    let row = self.take_rows(1);
                    self.insts.push(Inst::Many {
                        single,
                        back,
                        min: *min,
                        max: *max,
                        greedy: *greedy,
                        row,
                    });
                }
                None if self.unrolls => self.copies(body, (*min, *max, *greedy), back),
                None => self.repeat(body, (*min, *max, *greedy), *captures, back),
            },
            Node::Unit(_) | Node::Class(_) | Node::Any => {}
        }
    }

    fn sequence(&mut self, nodes: &[Node], back: bool) {
        let both_literal = |a: &Node, b: &Node| matches!((a, b), (Node::Unit(_), Node::Unit(_)));
        let mut runs: Vec<&[Node]> = nodes.chunk_by(both_literal).collect();
        if back {
            runs.reverse();
        }
        for run in runs {
            match run {
                [node] => self.node(node, back),
                _ => {
                    let units = run.iter().filter_map(|n| {
                        if let Node::Unit(unit) = n {
                            Some(*unit)
                        } else {
                            None
                        }
                    });
                    self.insts.push(Inst::Literal { units: units.collect(), back });
                }
            }
        }
    }

    fn back_reference(&mut self, number: u32, back: bool) {
        self.insts.push(Inst::BackReference { register: number as usize * 2, back });
    }

    fn capture(&mut self, register: usize, body: &Node, back: bool) {
        let (first, last) = if back { (register + 1, register) } else { (register, register + 1) };
        if self.captures {
            self.insts.push(Inst::Save(first));
        }
        self.node(body, back);
        if self.captures {
            self.insts.push(Inst::Save(last));
        }
    }

    fn alternatives(&mut self, nodes: &[Node], back: bool) {
        let mut ends = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            if i + 1 == nodes.len() {
                self.node(node, back);
                break;
            }
            let split = self.push(Inst::Jump(0));
            let row = self.take_rows(1);
            self.node(node, back);
            ends.push(self.push(Inst::Jump(0)));
            self.set(split, Inst::Split { first: split + 1, second: self.insts.len(), row });
        }
        let end = self.insts.len();
        ends.into_iter().for_each(|at| self.set(at, Inst::Jump(end)));
    }

    fn look(&mut self, ahead: bool, negative: bool, body: &Node) {
        let register = self.take_registers();
        let row = self.take_rows(2);
        let look = self.push(Inst::Jump(0));
        self.node(body, !ahead);
        self.insts.push(Inst::LookEnd { register, negative, rows: (row, self.rows) });
        self.set(look, Inst::Look { register, negative, after: self.insts.len(), row });
    }

    /// A repetition written out.
    fn copies(&mut self, body: &Node, (min, max, greedy): (u32, u32, bool), back: bool) {
        let is_endless = max == UNBOUNDED;
        // The last of the required ones is also the one that is repeated.
        (1..min + u32::from(!is_endless)).for_each(|_| self.node(body, back));
        if is_endless && min > 0 {
            let start = self.insts.len();
            self.node(body, back);
            let at = self.push(Inst::Jump(0));
            self.split(at, (start, at + 1), greedy);
        } else if is_endless {
            let head = self.push(Inst::Jump(0));
            self.node(body, back);
            self.insts.push(Inst::Jump(head));
            self.split(head, (head + 1, self.insts.len()), greedy);
        } else {
            let mut heads = Vec::new();
            for _ in min..max {
                heads.push(self.push(Inst::Jump(0)));
                self.node(body, back);
            }
            let end = self.insts.len();
            heads.into_iter().for_each(|head| self.split(head, (head + 1, end), greedy));
        }
    }

    fn split(&mut self, at: usize, (again, on): (usize, usize), greedy: bool) {
        let row = self.take_rows(1);
        let (first, second) = if greedy { (again, on) } else { (on, again) };
        self.set(at, Inst::Split { first, second, row });
    }

    fn repeat(
        &mut self,
        body: &Node,
        (min, max, greedy): (u32, u32, bool),
        captures: (u32, u32),
        back: bool,
    ) {
        let register = self.take_registers();
        self.insts.push(Inst::LoopInit { register });
        let head = self.push(Inst::Jump(0));
        let clear =
            if self.captures { (captures.0 as usize * 2, captures.1 as usize * 2) } else { (0, 0) };
        self.insts.push(Inst::Iterate { register, clear });
        self.node(body, back);
        self.insts.push(Inst::Jump(head));
        self.set(head, Inst::Loop { register, min, max, greedy, exit: self.insts.len() });
    }

    fn take_rows(&mut self, count: usize) -> usize {
        self.rows += count;
        self.rows - count
    }

    fn take_registers(&mut self) -> usize {
        self.registers += 2;
        self.registers - 2
    }

    fn push(&mut self, inst: Inst) -> usize {
        self.insts.push(inst);
        self.insts.len() - 1
    }

    fn set(&mut self, at: usize, inst: Inst) {
        if let Some(slot) = self.insts.get_mut(at) {
            *slot = inst;
        }
    }
}

fn single(node: &Node) -> Option<Single> {
    match node {
        Node::Unit(unit) => Some(Single::Unit(*unit)),
        Node::Class(class) => Some(Single::Class(class.clone())),
        Node::Any => Some(Single::Class(dot())),
        _ => None,
    }
}
