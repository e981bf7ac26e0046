//! What can be taken back: for each change the pixels that it replaced.

use std::collections::VecDeque;
use std::mem;
use std::ops::Range;

use super::Area;

/// Bytes of replaced pixels that are kept; beyond them the oldest changes are forgotten, the last one never. That
/// is a few hundred strokes, or two regions of a whole photo of 12 megapixels.
pub const HISTORY_BYTES: usize = 128 << 20;

/// One change. Undone, it holds what it had put there, so that undo and redo are the same exchange.
pub(super) struct Step {
    pub(super) area: Area,
    /// Pixel indices, `y × width + x`; none crosses the end of a row.
    pub(super) runs: Vec<Range<usize>>,
    /// Their RGBA, one run after another.
    pixels: Vec<u8>,
    /// How many specks it healed: 1, or 0 where it does something else.
    pub(super) spots: usize,
}

/// What was healed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retouched {
    /// Strokes.
    pub spots: usize,
    /// Pixels that they replaced; one that two of them did counts twice.
    pub pixels: usize,
}

impl Default for Step {
    fn default() -> Self {
        let area = Area { left: 0, top: 0, width: 0, height: 0 };
        Self { area, runs: Vec::new(), pixels: Vec::new(), spots: 0 }
    }
}

impl Step {
    /// Takes note of the RGBA of the pixels from index `start` on, before they change.
    pub(super) fn remember(&mut self, start: usize, pixels: &[u8]) {
        self.runs.push(start..start + pixels.len() / 4);
        self.pixels.extend_from_slice(pixels);
    }

    fn bytes(&self) -> usize {
        self.pixels.len() + self.runs.len() * size_of::<Range<usize>>()
    }

    fn retouched(&self) -> Retouched {
        Retouched { spots: self.spots, pixels: self.spots * self.pixels.len() / 4 }
    }

    fn exchange(&mut self, pixels: &mut [u8]) {
        let mut held = self.pixels.as_mut_slice();
        for run in &self.runs {
            let (first, rest) = mem::take(&mut held).split_at_mut(run.len() * 4);
            first.swap_with_slice(&mut pixels[run.start * 4..run.end * 4]);
            held = rest;
        }
    }
}

#[derive(Default)]
pub(super) struct History {
    steps: VecDeque<Step>,
    /// How many of them are done; the others were undone.
    done: usize,
    bytes: usize,
    /// What steps have healed that are forgotten.
    forgotten: Retouched,
}

impl Retouched {
    fn with(self, other: Self) -> Self {
        Self { spots: self.spots + other.spots, pixels: self.pixels + other.pixels }
    }
}

impl History {
    pub(super) fn push(&mut self, mut step: Step) {
        for undone in self.steps.drain(self.done..) {
            self.bytes -= undone.bytes();
        }
        // What grew by doubling would count for less than it takes.
        step.runs.shrink_to_fit();
        step.pixels.shrink_to_fit();
        self.bytes += step.bytes();
        self.steps.push_back(step);
        while self.bytes > HISTORY_BYTES && self.steps.len() > 1 {
            if let Some(oldest) = self.steps.pop_front() {
                self.bytes -= oldest.bytes();
                self.forgotten = self.forgotten.with(oldest.retouched());
            }
        }
        self.done = self.steps.len();
    }

    pub(super) fn undo(&mut self, pixels: &mut [u8]) -> Option<Area> {
        let step = self.steps.get_mut(self.done.checked_sub(1)?)?;
        step.exchange(pixels);
        self.done -= 1;
        Some(step.area)
    }

    pub(super) fn redo(&mut self, pixels: &mut [u8]) -> Option<Area> {
        let step = self.steps.get_mut(self.done)?;
        step.exchange(pixels);
        self.done += 1;
        Some(step.area)
    }

    /// Of all steps that are done.
    pub(super) fn retouched(&self) -> Retouched {
        self.steps.iter().take(self.done).fold(self.forgotten, |all, step| all.with(step.retouched()))
    }

    pub(super) fn can_undo(&self) -> bool {
        self.done > 0
    }

    pub(super) fn can_redo(&self) -> bool {
        self.done < self.steps.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(start: usize, pixels: &[u8]) -> Step {
        let mut step = Step::default();
        step.remember(start, pixels);
        step
    }

    #[test]
    fn the_oldest_is_forgotten_and_the_last_never() {
        let mut history = History::default();
        let large = vec![1; HISTORY_BYTES / 2 + 4];
        let mut picture = vec![0; large.len()];
        history.push(step(0, &large));
        history.push(step(0, &large));
        assert_eq!(history.steps.len(), 1);
        assert!(history.bytes <= HISTORY_BYTES);
        history.push(step(0, &vec![2; HISTORY_BYTES + 4]));
        assert_eq!((history.steps.len(), history.done), (1, 1), "larger than the limit, but the last");
        history.push(step(0, &[3, 3, 3, 3]));
        assert!(history.undo(&mut picture).is_some());
        assert_eq!(picture[0], 3);
        assert!(history.undo(&mut picture).is_none(), "the large one gave way");
        assert!(history.redo(&mut picture).is_some() && !history.can_redo());
        assert_eq!(picture[0], 0);
    }

    #[test]
    fn a_new_change_ends_what_was_undone() {
        let mut history = History::default();
        let mut picture = vec![0; 16];
        history.push(step(0, &[1; 4]));
        history.push(step(1, &[2; 8]));
        assert!(history.undo(&mut picture).is_some());
        history.push(step(3, &[4; 4]));
        assert!(!history.can_redo() && history.steps.len() == 2);
        assert_eq!(history.bytes, 8 + 2 * size_of::<Range<usize>>());
    }
}
