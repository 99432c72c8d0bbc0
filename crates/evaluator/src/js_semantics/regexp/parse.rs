//! Patterns to trees: ECMAScript's grammar without the `u` flag, with the leniency of its Annex B.

use super::class::{escape_ranges, Class};
use super::escape::{ascii, count_captures, group_name, Cursor};
use super::limits::{MAX_NESTING, UNBOUNDED};

/// V8's limit.
const MAX_CAPTURES: u32 = 65_535;

/// A part of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    Unit(u16),
    Class(Class),
    Any,
    Start,
    End,
    /// `\b`, or `\B` if false.
    WordEdge(bool),
    Sequence(Vec<Node>),
    Alternatives(Vec<Node>),
    Capture(u32, Box<Node>),
    /// `\N`, or `\k<name>` by the position of its name in [`Pattern::references`].
    BackReference(u32),
    NamedReference(usize),
    Look {
        ahead: bool,
        negative: bool,
        body: Box<Node>,
    },
    /// `captures`: numbers of the groups inside, first and behind the last.
    Repeat {
        body: Box<Node>,
        min: u32,
        max: u32,
        greedy: bool,
        captures: (u32, u32),
    },
}

impl Node {
    /// Whether this can match the empty text only, by its form.
    fn is_zero_width(&self) -> bool {
        match self {
            Node::Start | Node::End | Node::WordEdge(_) | Node::Look { .. } => true,
            Node::Sequence(nodes) | Node::Alternatives(nodes) => {
                nodes.iter().all(Node::is_zero_width)
            }
            Node::Capture(_, body) => body.is_zero_width(),
            Node::Repeat { body, max, .. } => *max == 0 || body.is_zero_width(),
            Node::Unit(_)
            | Node::Class(_)
            | Node::Any
            | Node::BackReference(_)
            | Node::NamedReference(_) => false,
        }
    }
}

/// A parsed pattern.
pub(super) struct Pattern {
    pub(super) root: Node,
    /// Number of capturing groups plus one.
    pub(super) groups: u32,
    /// Group numbers that the named references stand for.
    pub(super) references: Vec<u32>,
}

/// What kind of thing an open parenthesis began.
enum Opening {
    Plain,
    Capture(u32),
    Look { ahead: bool, negative: bool },
}

/// An unfinished disjunction.
struct Level {
    opening: Opening,
    alternatives: Vec<Node>,
    terms: Vec<Node>,
    /// Group counter when the parenthesis was opened.
    captures_before: u32,
}

impl Level {
    fn new(opening: Opening, captures_before: u32) -> Level {
        Level { opening, alternatives: Vec::new(), terms: Vec::new(), captures_before }
    }

    fn end_alternative(&mut self) {
        let mut terms = std::mem::take(&mut self.terms);
        let node = if terms.len() == 1 { terms.pop() } else { None };
        self.alternatives.push(node.unwrap_or(Node::Sequence(terms)));
    }

    fn finish(mut self) -> Node {
        self.end_alternative();
        let only = if self.alternatives.len() == 1 { self.alternatives.pop() } else { None };
        let body = only.unwrap_or(Node::Alternatives(self.alternatives));
        match self.opening {
            Opening::Plain => body,
            Opening::Capture(number) => Node::Capture(number, Box::new(body)),
            Opening::Look { ahead, negative } => {
                Node::Look { ahead, negative, body: Box::new(body) }
            }
        }
    }
}

struct Parser<'a> {
    at: Cursor<'a>,
    /// Number of groups opened so far.
    captures: u32,
    /// Number of groups in the whole pattern, and whether one has a name.
    total: u32,
    named: bool,
    names: Vec<(Vec<u16>, u32)>,
    /// Names referred to, whose groups may come later.
    references: Vec<Vec<u16>>,
}

/// The tree of a pattern; None where `new RegExp` throws.
pub(super) fn parse(units: &[u16]) -> Option<Pattern> {
    let (total, named) = count_captures(units);
    if total > MAX_CAPTURES {
        return None;
    }
    let at = Cursor::new(units);
    let mut parser =
        Parser { at, captures: 0, total, named, names: Vec::new(), references: Vec::new() };
    let root = parser.disjunction()?;
    let Parser { names, references, .. } = &parser;
    let group =
        |name: &Vec<u16>| names.iter().find(|(known, _)| known == name).map(|(_, number)| *number);
    let references = references.iter().map(group).collect::<Option<Vec<u32>>>()?;
    Some(Pattern { root, groups: parser.captures + 1, references })
}

impl Parser<'_> {
    /// The whole pattern. Parentheses are kept on a stack of our own.
    fn disjunction(&mut self) -> Option<Node> {
        let mut outer: Vec<Level> = Vec::new();
        let mut level = Level::new(Opening::Plain, 0);
        while let Some(unit) = self.at.next() {
            match ascii(unit) {
                '|' => level.end_alternative(),
                '(' if outer.len() >= MAX_NESTING => return None,
                '(' => {
                    let before = self.captures;
                    let inner = Level::new(self.opening()?, before);
                    outer.push(std::mem::replace(&mut level, inner));
                }
                ')' => {
                    let closed = std::mem::replace(&mut level, outer.pop()?);
                    let before = closed.captures_before;
                    let look_behind = matches!(closed.opening, Opening::Look { ahead: false, .. });
                    let term = self.quantified(closed.finish(), before, !look_behind)?;
                    level.terms.push(term);
                }
                _ => {
                    let term = self.term(unit)?;
                    level.terms.push(term);
                }
            }
        }
        outer.is_empty().then(|| level.finish())
    }

    /// A term that is no group.
    fn term(&mut self, unit: u16) -> Option<Node> {
        let atom = match ascii(unit) {
            '*' | '+' | '?' => return None,
            '{' if self.at.interval().is_some() => return None,
            '^' => return Some(Node::Start),
            '$' => return Some(Node::End),
            '.' => Node::Any,
            '[' => self.class()?,
            '\\' => self.escape()?,
            _ => Node::Unit(unit),
        };
        if matches!(atom, Node::WordEdge(_)) {
            return Some(atom);
        }
        let captures = self.captures;
        self.quantified(atom, captures, true)
    }

    /// What follows `(`.
    fn opening(&mut self) -> Option<Opening> {
        if !self.at.skip('?') {
            self.captures += 1;
            return Some(Opening::Capture(self.captures));
        }
        let look = |ahead, negative| Some(Opening::Look { ahead, negative });
        match ascii(self.at.next()?) {
            ':' => Some(Opening::Plain),
            '=' => look(true, false),
            '!' => look(true, true),
            '<' if self.at.skip('=') => look(false, false),
            '<' if self.at.skip('!') => look(false, true),
            '<' => {
                let name = group_name(&mut self.at)?;
                if self.names.iter().any(|(known, _)| *known == name) {
                    return None;
                }
                self.captures += 1;
                self.names.push((name, self.captures));
                Some(Opening::Capture(self.captures))
            }
            _ => None,
        }
    }

    /// Applies the quantifier that follows a term, if one does. None: the pattern is invalid.
    fn quantified(&mut self, atom: Node, captures_before: u32, allowed: bool) -> Option<Node> {
        let mut ahead = self.at;
        let (min, max) = match ahead.next().map(ascii) {
            Some('*') => (0, UNBOUNDED),
            Some('+') => (1, UNBOUNDED),
            Some('?') => (0, 1),
            Some('{') => {
                // A brace that begins no quantifier is text.
                let Some((bounds, rest)) = ahead.interval() else { return Some(atom) };
                ahead = rest;
                bounds
            }
            _ => return Some(atom),
        };
        self.at = ahead;
        let greedy = !self.at.skip('?');
        if min > max || !allowed {
            return None;
        }
        if atom.is_zero_width() {
            // It matches here or it does not, however often.
            return Some(if min == 0 { Node::Sequence(Vec::new()) } else { atom });
        }
        let captures = (captures_before + 1, self.captures + 1);
        Some(Node::Repeat { body: Box::new(atom), min, max, greedy, captures })
    }

    /// What follows a backslash outside of a class.
    fn escape(&mut self) -> Option<Node> {
        let unit = self.at.peek()?;
        if let Some(ranges) = escape_ranges(unit) {
            self.at.next();
            return Some(Node::Class(Class::new(ranges, false)));
        }
        match self.at.peek_char() {
            Some(c @ ('b' | 'B')) => {
                self.at.next();
                Some(Node::WordEdge(c == 'b'))
            }
            Some('1'..='9') => match self.back_reference() {
                Some(node) => Some(node),
                None => Some(Node::Unit(self.at.character_escape(false))),
            },
            Some('k') if self.named => {
                self.at.next();
                self.at.skip('<').then_some(())?;
                let name = group_name(&mut self.at)?;
                self.references.push(name);
                Some(Node::NamedReference(self.references.len() - 1))
            }
            _ => Some(Node::Unit(self.at.character_escape(false))),
        }
    }

    /// `\N` of a group that exists anywhere in the pattern; otherwise nothing is consumed.
    fn back_reference(&mut self) -> Option<Node> {
        let mut ahead = self.at;
        let mut number = 0u32;
        while let Some(digit) = ahead.digit(10) {
            number = number * 10 + digit;
            if number > MAX_CAPTURES {
                return None;
            }
        }
        if number > self.total {
            return None;
        }
        self.at = ahead;
        Some(Node::BackReference(number))
    }

    /// What follows `[`.
    fn class(&mut self) -> Option<Node> {
        let inverted = self.at.skip('^');
        let mut ranges = Vec::new();
        while let Some(first) = self.class_atom()? {
            let mut ahead = self.at;
            let is_range = ahead.skip('-') && ahead.peek_char().is_some_and(|c| c != ']');
            if !is_range {
                first.add_to(&mut ranges);
                continue;
            }
            self.at = ahead;
            match (first, self.class_atom()??) {
                (ClassAtom::Unit(from), ClassAtom::Unit(to)) if from > to => return None,
                (ClassAtom::Unit(from), ClassAtom::Unit(to)) => ranges.push((from, to)),
                // Next to a set a hyphen is text.
                (first, second) => {
                    first.add_to(&mut ranges);
                    second.add_to(&mut ranges);
                    ranges.push((0x2D, 0x2D));
                }
            }
        }
        Some(Node::Class(Class::new(ranges, inverted)))
    }

    /// One member of a class; None inside at the end of the class.
    fn class_atom(&mut self) -> Option<Option<ClassAtom>> {
        let unit = self.at.next()?;
        let atom = match ascii(unit) {
            ']' => return Some(None),
            '\\' => match escape_ranges(self.at.peek()?) {
                Some(ranges) => {
                    self.at.next();
                    ClassAtom::Set(ranges)
                }
                None if self.named && self.at.peek_char() == Some('k') => return None,
                None => ClassAtom::Unit(self.at.character_escape(true)),
            },
            _ => ClassAtom::Unit(unit),
        };
        Some(Some(atom))
    }
}

/// A member of a class: a unit, or the ranges of an escape like `\d`.
enum ClassAtom {
    Unit(u16),
    Set(Vec<(u16, u16)>),
}

impl ClassAtom {
    fn add_to(self, ranges: &mut Vec<(u16, u16)>) {
        match self {
            ClassAtom::Unit(unit) => ranges.push((unit, unit)),
            ClassAtom::Set(set) => ranges.extend(set),
        }
    }
}
