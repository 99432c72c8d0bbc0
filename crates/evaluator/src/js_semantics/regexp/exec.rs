//! Running instructions on a text, with backtracking on an explicit stack.

use super::class::is_word;
use super::compile::{Inst, Program, Single};
use super::limits::{MAX_BACKTRACK, MAX_STEPS, UNBOUNDED};

/// Texts that can be matched: ASCII bytes or UTF-16 units.
pub(super) trait Text: Copy {
    fn length(self) -> usize;
    fn unit(self, at: usize) -> Option<u16>;
}

impl Text for &[u8] {
    fn length(self) -> usize {
        self.len()
    }
    fn unit(self, at: usize) -> Option<u16> {
        self.get(at).map(|b| u16::from(*b))
    }
}

impl Text for &[u16] {
    fn length(self) -> usize {
        self.len()
    }
    fn unit(self, at: usize) -> Option<u16> {
        self.get(at).copied()
    }
}

/// Units, registers or frames that cost one step where a single instruction looks at many.
const PER_STEP: usize = 8;

/// A register that holds no position.
const UNSET: u32 = u32::MAX;

/// What to do when a way leads nowhere.
#[derive(Clone, Copy)]
enum Frame {
    /// Go on there.
    Branch { inst: u32, at: u32 },
    /// Undo a change of a register, then take the next frame.
    Restore { register: u32, value: u32 },
    /// The same for the two registers of a loop.
    RestoreLoop { register: u32, count: u32, at: u32 },
    /// Give one unit back: go on from the position next to `at` in the direction of `end`.
    Shrink { inst: u32, at: u32, end: u32 },
    /// Take one unit more, `left` times at most.
    Grow { inst: u32, at: u32, left: u32 },
    /// The body of the look-around at `look` failed: a negative one goes on behind it.
    LookFailed { look: u32, at: u32 },
}

/// Stops matching: the text matches, or a bound was reached.
struct Stop(bool);

/// Steps until notes are taken: most tests are over by then.
const NOTES_AFTER: u32 = 500;

/// What was tried where: a bit for each row of the program and position. What was tried once need
/// not be tried again, which makes an exponential search a quadratic one, and ends loops that match
/// nothing.
#[derive(Default)]
struct Notes {
    bits: Vec<u64>,
    /// Words of a row.
    width: usize,
}

impl Notes {
    fn open(&mut self, rows: usize, length: usize) {
        self.width = length / 64 + 1;
        self.bits = vec![0; rows * self.width];
    }

    fn has(&self, row: usize, at: usize) -> bool {
        self.bits.get(row * self.width + at / 64).is_some_and(|word| word >> (at % 64) & 1 != 0)
    }

    fn set(&mut self, row: usize, at: usize) {
        if let Some(word) = self.bits.get_mut(row * self.width + at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Empties rows; how many words that were.
    fn clear(&mut self, from: usize, to: usize) -> usize {
        let words = self.bits.get_mut(from * self.width..to * self.width).unwrap_or_default();
        words.fill(0);
        words.len()
    }
}

/// One test of one text.
pub(super) struct Run<'p, T> {
    program: &'p Program,
    text: T,
    registers: Vec<u32>,
    stack: Vec<Frame>,
    notes: Notes,
    steps: u32,
    at: usize,
    inst: usize,
}

impl<'p, T: Text> Run<'p, T> {
    pub(super) fn new(program: &'p Program, text: T) -> Run<'p, T> {
        let registers = vec![UNSET; program.registers];
        // Room for what most patterns push, so that one allocation is all.
        Run {
            program,
            text,
            registers,
            stack: Vec::with_capacity(16),
            notes: Notes::default(),
            steps: 0,
            at: 0,
            inst: 0,
        }
    }

    /// Whether the pattern matches anywhere, and after how many steps that is known.
    pub(super) fn search(mut self) -> (bool, u32) {
        let length = self.text.length();
        // Positions are kept in 32 bits.
        if length >= UNSET as usize {
            return (false, 0);
        }
        let last = if self.program.anchored { 0 } else { length };
        for start in 0..=last {
            if !self.can_start_at(start) {
                continue;
            }
            if let Err(Stop(found)) = self.matches_at(start) {
                return (found, self.steps);
            }
        }
        (false, self.steps)
    }

    /// By the first instruction alone.
    fn can_start_at(&self, start: usize) -> bool {
        match self.program.insts.first() {
            Some(Inst::One { single, back: false }) => {
                self.text.unit(start).is_some_and(|unit| single.matches(unit))
            }
            Some(Inst::Literal { units, back: false }) => {
                self.text.unit(start) == units.first().copied()
            }
            _ => true,
        }
    }

    /// Tries one starting point; Ok means no match.
    fn matches_at(&mut self, start: usize) -> Result<(), Stop> {
        // What was noted for other starts holds: none of them led to a match.
        self.charge(self.registers.len());
        self.registers.fill(UNSET);
        self.stack.clear();
        (self.at, self.inst) = (start, 0);
        loop {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(Stop(false));
            }
            if !self.step()? && !self.backtrack() {
                return Ok(());
            }
        }
    }

    /// Runs an instruction; false if it does not match.
    fn step(&mut self) -> Result<bool, Stop> {
        let program = self.program;
        let Some(inst) = program.insts.get(self.inst) else { return Err(Stop(false)) };
        self.inst += 1;
        match inst {
            Inst::One { single, back } => Ok(self.one(single, *back)),
            Inst::Literal { units, back } => Ok(self.literal(units, *back)),
            Inst::Many { row, .. } | Inst::Split { row, .. } if self.is_repeated(*row) => Ok(false),
            Inst::Many { single, back, min, max, greedy: true, .. } => {
                self.many(single, *back, *min, *max)
            }
            Inst::Many { single, back, min, max, greedy: false, .. } => {
                self.few(single, *back, *min, *max)
            }
            Inst::Start => Ok(self.at == 0),
            Inst::End => Ok(self.at == self.text.length()),
            Inst::WordEdge(expected) => Ok(self.is_word_edge() == *expected),
            Inst::Save(register) => self.set(*register, self.at as u32).map(|()| true),
            Inst::BackReference { register, back } => Ok(self.back_reference(*register, *back)),
            Inst::Split { first, second, .. } => {
                self.inst = *first;
                self.branch(*second).map(|()| true)
            }
            Inst::Jump(to) => {
                self.inst = *to;
                Ok(true)
            }
            Inst::Look { register, negative, after, row } => {
                self.look(*register, *negative, *after, *row)
            }
            Inst::LookEnd { register, negative, rows } => {
                Ok(self.look_end(*register, *negative, *rows))
            }
            Inst::LoopInit { register } => self.set_loop(*register, 0, UNSET).map(|()| true),
            Inst::Loop { register, min, max, greedy, exit } => {
                self.next_iteration(*register, (*min, *max), *greedy, *exit)
            }
            Inst::Iterate { register, clear } => self.iterate(*register, *clear).map(|()| true),
            Inst::Match => Err(Stop(true)),
        }
    }

    /// Takes the latest frame that leads on; false when there is none.
    fn backtrack(&mut self) -> bool {
        while let Some(frame) = self.stack.pop() {
            match frame {
                Frame::Restore { register, value } => self.put(register as usize, value),
                Frame::RestoreLoop { register, count, at } => {
                    self.put_loop(register as usize, count, at)
                }
                Frame::Branch { inst, at } => {
                    (self.inst, self.at) = (inst as usize, at as usize);
                    return true;
                }
                Frame::LookFailed { look, at } => {
                    if self.look_failed(look as usize, at as usize) {
                        return true;
                    }
                }
                Frame::Shrink { inst, at, end } => {
                    if self.shrink(inst, at, end) {
                        return true;
                    }
                }
                Frame::Grow { inst, at, left } => {
                    if self.grow(inst as usize, at as usize, left) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// Gives units back until what follows can begin there, where that is a plain unit.
    fn shrink(&mut self, inst: u32, mut at: u32, end: u32) -> bool {
        let next = match self.program.insts.get(inst as usize) {
            Some(Inst::One { single: Single::Unit(unit), back: false }) => Some(*unit),
            Some(Inst::Literal { units, back: false }) => units.first().copied(),
            _ => None,
        };
        while at != end {
            at = if at > end { at - 1 } else { at + 1 };
            if next.is_some() && self.text.unit(at as usize) != next {
                self.steps += 1;
                continue;
            }
            if at != end {
                self.stack.push(Frame::Shrink { inst, at, end });
            }
            (self.inst, self.at) = (inst as usize, at as usize);
            return true;
        }
        false
    }

    fn one(&mut self, single: &Single, back: bool) -> bool {
        match next_position(self.text, self.at, back) {
            Some((unit, next)) if single.matches(unit) => {
                self.at = next;
                true
            }
            _ => false,
        }
    }

    fn literal(&mut self, units: &[u16], back: bool) -> bool {
        let start = if back { self.at.checked_sub(units.len()) } else { Some(self.at) };
        let Some(start) = start else { return false };
        let differs = |(i, unit): (usize, &u16)| self.text.unit(start + i) != Some(*unit);
        let difference = units.iter().enumerate().position(differs);
        self.charge(difference.unwrap_or(units.len()));
        if difference.is_some() {
            return false;
        }
        self.at = if back { start } else { start + units.len() };
        true
    }

    /// A greedy repetition of a single unit.
    fn many(&mut self, single: &Single, back: bool, min: u32, max: u32) -> Result<bool, Stop> {
        let start = self.at;
        let mut count = 0;
        while count < max && self.one(single, back) {
            count += 1;
        }
        self.charge(count as usize * single.cost());
        if count < min {
            return Ok(false);
        }
        if count > min {
            let end = if back { start - min as usize } else { start + min as usize };
            self.push(Frame::Shrink {
                inst: self.inst as u32,
                at: self.at as u32,
                end: end as u32,
            })?;
        }
        Ok(true)
    }

    /// A lazy repetition of a single unit.
    fn few(&mut self, single: &Single, back: bool, min: u32, max: u32) -> Result<bool, Stop> {
        for _ in 0..min {
            if !self.one(single, back) {
                return Ok(false);
            }
            self.steps += 1;
        }
        if max > min {
            self.push(Frame::Grow {
                inst: self.inst as u32 - 1,
                at: self.at as u32,
                left: max - min,
            })?;
        }
        Ok(true)
    }

    fn grow(&mut self, inst: usize, at: usize, left: u32) -> bool {
        let Some(Inst::Many { single, back, .. }) = self.program.insts.get(inst) else {
            return false;
        };
        self.at = at;
        if !self.one(single, *back) {
            return false;
        }
        if left > 1 {
            let left = if left >= UNBOUNDED { left } else { left - 1 };
            self.stack.push(Frame::Grow { inst: inst as u32, at: self.at as u32, left });
        }
        self.inst = inst + 1;
        true
    }

    fn is_word_edge(&self) -> bool {
        let word_at = |at: Option<usize>| at.and_then(|at| self.text.unit(at)).is_some_and(is_word);
        word_at(self.at.checked_sub(1)) != word_at(Some(self.at))
    }

    fn back_reference(&mut self, register: usize, back: bool) -> bool {
        let (from, to) = (self.get(register), self.get(register + 1));
        if from == UNSET || to == UNSET {
            return true;
        }
        let (from, length) = (from as usize, (to - from) as usize);
        let Some(start) = (if back { self.at.checked_sub(length) } else { Some(self.at) }) else {
            return false;
        };
        self.steps += length as u32;
        let same = |i| {
            self.text.unit(start + i).is_some_and(|unit| self.text.unit(from + i) == Some(unit))
        };
        if !(0..length).all(same) {
            return false;
        }
        self.at = if back { start } else { start + length };
        true
    }

    /// Whether what begins here was tried at this position; from now on it was.
    fn is_repeated(&mut self, row: usize) -> bool {
        if self.steps < NOTES_AFTER {
            return false;
        }
        let Some(rows) = self.program.rows else { return false };
        if self.notes.width == 0 {
            self.notes.open(rows, self.text.length());
            self.charge(self.notes.bits.len());
        }
        let is_repeated = self.notes.has(row, self.at);
        self.notes.set(row, self.at);
        is_repeated
    }

    fn look(
        &mut self,
        register: usize,
        negative: bool,
        after: usize,
        row: usize,
    ) -> Result<bool, Stop> {
        let matched = self.notes.has(row, self.at);
        if matched || self.notes.has(row + 1, self.at) {
            self.inst = after;
            return Ok(matched != negative);
        }
        let look = self.inst as u32 - 1;
        self.push(Frame::LookFailed { look, at: self.at as u32 })?;
        // No look-around is entered while it is under way, so nothing needs to be restored.
        self.put(register, self.stack.len() as u32);
        self.put(register + 1, self.at as u32);
        Ok(true)
    }

    fn look_failed(&mut self, look: usize, at: usize) -> bool {
        let Some(Inst::Look { negative, after, row, .. }) = self.program.insts.get(look) else {
            return false;
        };
        self.notes.set(row + 1, at);
        (self.inst, self.at) = (*after, at);
        *negative
    }

    /// The body matched. Its other ways are forgotten; what it captured is kept if the look-around
    /// is positive.
    fn look_end(&mut self, register: usize, negative: bool, (row, end): (usize, usize)) -> bool {
        let start = self.get(register + 1) as usize;
        let base = (self.get(register) as usize).min(self.stack.len());
        // Some of what was tried in the body led to its end, and some was not tried to its end.
        let cleared = self.notes.clear(row + 2, end);
        self.notes.set(row, start);
        self.charge(cleared + self.stack.len() - base);
        if negative {
            while self.stack.len() > base {
                match self.stack.pop() {
                    Some(Frame::Restore { register, value }) => self.put(register as usize, value),
                    Some(Frame::RestoreLoop { register, count, at }) => {
                        self.put_loop(register as usize, count, at)
                    }
                    _ => {}
                }
            }
            self.stack.pop();
            return false;
        }
        // The look-around's own frame goes, too.
        let mut kept = base.saturating_sub(1);
        for i in base..self.stack.len() {
            if matches!(self.stack[i], Frame::Restore { .. } | Frame::RestoreLoop { .. }) {
                self.stack.swap(kept, i);
                kept += 1;
            }
        }
        self.stack.truncate(kept);
        self.at = start;
        true
    }

    fn next_iteration(
        &mut self,
        register: usize,
        (min, max): (u32, u32),
        greedy: bool,
        exit: usize,
    ) -> Result<bool, Stop> {
        let count = self.get(register);
        // Beyond the required iterations one that matched nothing is none.
        if count > min && self.get(register + 1) == self.at as u32 {
            return Ok(false);
        }
        let iterate = self.inst;
        if count < min {
            return Ok(true);
        }
        if count >= max {
            self.inst = exit;
        } else if greedy {
            self.branch(exit)?;
        } else {
            self.inst = exit;
            self.branch(iterate)?;
        }
        Ok(true)
    }

    fn iterate(&mut self, register: usize, clear: (usize, usize)) -> Result<(), Stop> {
        self.set_loop(register, self.get(register).saturating_add(1), self.at as u32)?;
        self.charge(clear.1 - clear.0);
        for captured in clear.0..clear.1 {
            if self.get(captured) != UNSET {
                self.set(captured, UNSET)?;
            }
        }
        Ok(())
    }

    fn branch(&mut self, inst: usize) -> Result<(), Stop> {
        self.push(Frame::Branch { inst: inst as u32, at: self.at as u32 })
    }

    /// Changes a register in a way that backtracking undoes.
    fn set(&mut self, register: usize, value: u32) -> Result<(), Stop> {
        self.push(Frame::Restore { register: register as u32, value: self.get(register) })?;
        self.put(register, value);
        Ok(())
    }

    fn set_loop(&mut self, register: usize, count: u32, at: u32) -> Result<(), Stop> {
        let (old_count, old_at) = (self.get(register), self.get(register + 1));
        self.push(Frame::RestoreLoop { register: register as u32, count: old_count, at: old_at })?;
        self.put_loop(register, count, at);
        Ok(())
    }

    /// Counts work that one instruction does on many things.
    fn charge(&mut self, things: usize) {
        self.steps += (things / PER_STEP) as u32;
    }

    fn push(&mut self, frame: Frame) -> Result<(), Stop> {
        if self.stack.len() >= MAX_BACKTRACK {
            return Err(Stop(false));
        }
        self.stack.push(frame);
        Ok(())
    }

    fn get(&self, register: usize) -> u32 {
        self.registers.get(register).copied().unwrap_or(UNSET)
    }

    fn put_loop(&mut self, register: usize, count: u32, at: u32) {
        self.put(register, count);
        self.put(register + 1, at);
    }

    fn put(&mut self, register: usize, value: u32) {
        if let Some(slot) = self.registers.get_mut(register) {
            *slot = value;
        }
    }
}

/// The unit that comes next in a direction, and the position behind it.
fn next_position<T: Text>(text: T, at: usize, back: bool) -> Option<(u16, usize)> {
    if back {
        let before = at.checked_sub(1)?;
        return text.unit(before).map(|unit| (unit, before));
    }
    text.unit(at).map(|unit| (unit, at + 1))
}
