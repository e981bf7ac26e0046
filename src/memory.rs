//! The allocator of a wasm instance, whose memory grows and never shrinks.
//!
//! What a freed block leaves behind is gone for good unless a later block fits there, and an instance lives through
//! blocks of tens of MiB in turn: a model's pieces, one network's tensors, the next one's, a photo. The standard
//! allocator adds a large block whole at the end of memory even where free memory lies there, and strews what is small
//! between what is large. So large blocks are kept apart here: each takes the lowest free stretch of whole pages that
//! holds it, at the end of memory it takes what is free there and grows by no more than what is missing. Small ones stay
//! with the standard allocator, in memory that it takes at once.
//!
//! What is given back is overwritten: the instance on a page's own thread outlives the photos that it works on, and
//! nothing of them may be read there any more. (What a small block leaves behind that grows elsewhere stays; pixels are
//! in blocks of their own size.)

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr;

/// Bytes from which a block is large.
const LARGE: usize = 128 << 10;
/// Large blocks take multiples of so many bytes, and begin at such multiples.
const PAGE: usize = 4 << 10;
/// Bytes that are set aside for small blocks before the first large one. Where they become more, they lie between large
/// ones, which costs a gap, once for each time that they grow.
const SMALL_SHARE: usize = 6 << 20;

/// Where large blocks come from: memory in one address space that only grows.
///
/// # Safety
/// What [`Ground::grow`] gives is writable memory that is nobody else's, from then on.
pub(crate) unsafe trait Ground {
    /// At least so many bytes more, from an address that is a multiple of [`PAGE`]: the address, and how many; `None`
    /// where there are no more.
    fn grow(&self, bytes: usize) -> Option<(usize, usize)>;

    /// The first address that is not memory yet, where the next growth begins.
    fn end(&self) -> usize;
}

/// A stretch of free pages; it lies in its own first bytes.
struct Free {
    bytes: usize,
    next: *mut Free,
}

/// The free stretches, by address, no two of which touch.
struct Stretches<G> {
    first: *mut Free,
    ground: G,
    /// Whether a block was ever asked for.
    begun: bool,
}

impl<G: Ground> Stretches<G> {
    const fn new(ground: G) -> Self {
        Self { first: ptr::null_mut(), ground, begun: false }
    }

    /// The lowest stretch that holds `bytes`, a multiple of [`PAGE`]; null where there is none and no growing.
    fn take(&mut self, bytes: usize) -> *mut u8 {
        self.take_lowest(bytes).unwrap_or_else(|| {
            let free = self.free_at_the_end();
            match self.ground.grow(bytes.saturating_sub(free)) {
                None => ptr::null_mut(),
                Some((start, more)) => {
                    self.give(start, more);
                    self.take_lowest(bytes).unwrap_or(ptr::null_mut())
                }
            }
        })
    }

    /// Bytes of the stretch, if any, behind which memory ends.
    fn free_at_the_end(&self) -> usize {
        let end = self.ground.end();
        self.iter().find(|&(start, bytes)| start + bytes == end).map_or(0, |(_, bytes)| bytes)
    }

    /// Start and bytes of each.
    fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let mut at = self.first;
        std::iter::from_fn(move || {
            // SAFETY: what the list points to is a stretch, in memory that is ours.
            let free = unsafe { at.as_ref() }?;
            let stretch = (at.addr(), free.bytes);
            at = free.next;
            Some(stretch)
        })
    }

    fn take_lowest(&mut self, bytes: usize) -> Option<*mut u8> {
        let mut link: *mut *mut Free = &raw mut self.first;
        // SAFETY: `link` points to the list's beginning or into one of its stretches, which are valid; a stretch that
        // is cut leaves a rest that lies within it.
        unsafe {
            while !(*link).is_null() {
                let here = *link;
                if (*here).bytes >= bytes {
                    *link = Self::without(here, bytes);
                    return Some(here.cast());
                }
                link = &raw mut (*here).next;
            }
        }
        None
    }

    /// What remains of a stretch, and what follows, when `bytes` of it are taken from its start.
    ///
    /// # Safety
    /// `stretch` is one of the list, of at least `bytes`.
    unsafe fn without(stretch: *mut Free, bytes: usize) -> *mut Free {
        // SAFETY: the caller's promise; the rest is free memory of at least a page, if it is there.
        unsafe {
            let Free { bytes: all, next } = stretch.read();
            if all == bytes {
                return next;
            }
            let rest: *mut Free = stretch.byte_add(bytes);
            rest.write(Free { bytes: all - bytes, next });
            rest
        }
    }

    /// Takes the memory that starts right behind a block, where that much is free, so that the block may grow in place.
    fn take_at(&mut self, start: usize, bytes: usize) -> bool {
        let free = self.iter().find(|&(at, _)| at == start).map_or(0, |(_, free)| free);
        if free < bytes {
            // At the end of memory, what is missing may still come.
            if start + free != self.ground.end() {
                return false;
            }
            let Some((more, length)) = self.ground.grow(bytes - free) else { return false };
            self.give(more, length);
            if more != start + free {
                return false;
            }
        }
        let mut link: *mut *mut Free = &raw mut self.first;
        // SAFETY: as in `take_lowest`.
        unsafe {
            while !(*link).is_null() && (*link).addr() < start {
                link = &raw mut (**link).next;
            }
            *link = Self::without(*link, bytes);
        }
        true
    }

    /// Gives a stretch back, or new memory in.
    fn give(&mut self, start: usize, bytes: usize) {
        let mut before: *mut Free = ptr::null_mut();
        let mut next = self.first;
        let here: *mut Free = ptr::with_exposed_provenance_mut(start);
        // SAFETY: `next` and `before` are of the list or null; `here` is memory that nobody uses, of at least a page.
        unsafe {
            while !next.is_null() && next.addr() < start {
                before = next;
                next = (*next).next;
            }
            let mut bytes = bytes;
            if !next.is_null() && start + bytes == next.addr() {
                bytes += (*next).bytes;
                next = (*next).next;
            }
            if !before.is_null() && before.addr() + (*before).bytes == start {
                (*before).bytes += bytes;
                (*before).next = next;
                return;
            }
            here.write(Free { bytes, next });
            if before.is_null() {
                self.first = here;
            } else {
                (*before).next = here;
            }
        }
    }
}

/// Large blocks apart, small ones from another allocator.
pub(crate) struct Apart<A, G> {
    small: A,
    large: UnsafeCell<Stretches<G>>,
}

// SAFETY: only wasm without shared memory has such an allocator, where there is one thread; the tests keep to one.
unsafe impl<A, G> Sync for Apart<A, G> {}

fn is_large(layout: Layout) -> bool {
    layout.size() >= LARGE && layout.align() <= PAGE
}

/// In whole pages; a layout's size leaves room for it.
const fn pages(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE)
}

impl<A: GlobalAlloc, G: Ground> Apart<A, G> {
    pub(crate) const fn new(small: A, ground: G) -> Self {
        Self { small, large: UnsafeCell::new(Stretches::new(ground)) }
    }

    /// # Safety
    /// Nobody else may be in the list at the time.
    #[allow(clippy::mut_from_ref, reason = "one thread, and no call within a call")]
    unsafe fn large(&self) -> &mut Stretches<G> {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.large.get() }
    }

    /// Lets the small blocks' allocator take its memory before the first large block comes.
    fn set_small_aside(&self) {
        // SAFETY: the layout is of neither size 0 nor an odd alignment, and what was taken is given back.
        unsafe {
            let layout = Layout::from_size_align_unchecked(SMALL_SHARE, PAGE);
            let share = self.small.alloc(layout);
            if !share.is_null() {
                self.small.dealloc(share, layout);
            }
        }
    }
}

// SAFETY: large blocks are stretches that are in no list while they are taken, at multiples of a page, which no
// alignment that is let through is larger than; the others are another allocator's.
unsafe impl<A: GlobalAlloc, G: Ground> GlobalAlloc for Apart<A, G> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise; one thread.
        unsafe {
            if !is_large(layout) {
                return self.small.alloc(layout);
            }
            if !std::mem::replace(&mut self.large().begun, true) {
                self.set_small_aside();
            }
            self.large().take(pages(layout.size()))
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise; one thread.
        unsafe {
            block.write_bytes(0, layout.size());
            if is_large(layout) {
                self.large().give(block.expose_provenance(), pages(layout.size()));
            } else {
                self.small.dealloc(block, layout);
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that `size` does not overflow when rounded up to the alignment.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: the caller's promise; one thread; what is copied lies in both blocks.
        unsafe {
            match (is_large(layout), is_large(wanted)) {
                (false, false) => return self.small.realloc(block, layout, size),
                (true, true) => {
                    let (had, wants) = (pages(layout.size()), pages(size));
                    let start = block.expose_provenance();
                    if wants <= had {
                        if wants < had {
                            block.add(wants).write_bytes(0, layout.size().saturating_sub(wants));
                            self.large().give(start + wants, had - wants);
                        }
                        return block;
                    }
                    if self.large().take_at(start + had, wants - had) {
                        return block;
                    }
                }
                _ => {}
            }
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use std::alloc::System;
    use std::arch::wasm32::{memory_grow, memory_size};

    use super::{Apart, Ground};

    /// Bytes by which memory grows.
    const STEP: usize = 64 << 10;
    /// Steps up to where addresses end, less one so that the end is an address too.
    const MOST: usize = (1 << 16) - 1;

    /// The instance's memory.
    struct Linear;

    // SAFETY: the instruction gives zeroed memory that nobody has seen.
    unsafe impl Ground for Linear {
        fn grow(&self, bytes: usize) -> Option<(usize, usize)> {
            let steps = bytes.div_ceil(STEP);
            if memory_size::<0>() + steps > MOST {
                return None;
            }
            match memory_grow::<0>(steps) {
                usize::MAX => None,
                start => Some((start * STEP, steps * STEP)),
            }
        }

        fn end(&self) -> usize {
            memory_size::<0>().min(MOST) * STEP
        }
    }

    #[global_allocator]
    static ALLOCATOR: Apart<System, Linear> = Apart::new(System, Linear);
}

#[cfg(test)]
mod tests {
    use std::alloc::System;
    use std::cell::Cell;

    use super::*;

    /// So much memory, a page at a time; somebody else may grow it in between.
    struct Field {
        start: usize,
        size: usize,
        grown: Cell<usize>,
    }

    impl Field {
        const STEP: usize = 4 * PAGE;

        fn new(size: usize) -> Self {
            let layout = Layout::from_size_align(size, PAGE).expect("a size that there is");
            // SAFETY: not of size 0. It is leaked: a test is short.
            let start = unsafe { System.alloc(layout) }.expose_provenance();
            assert_ne!(start, 0);
            Self { start, size, grown: Cell::new(0) }
        }
    }

    // SAFETY: every byte is given once.
    unsafe impl Ground for &Field {
        fn grow(&self, bytes: usize) -> Option<(usize, usize)> {
            let bytes = bytes.next_multiple_of(Field::STEP);
            let from = self.grown.get();
            (from + bytes <= self.size).then(|| {
                self.grown.set(from + bytes);
                (self.start + from, bytes)
            })
        }

        fn end(&self) -> usize {
            self.start + self.grown.get()
        }
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 16).expect("a size that there is")
    }

    const MIB: usize = 1 << 20;

    #[test]
    fn a_larger_block_takes_what_is_free_at_the_end_and_grows_by_what_is_missing() {
        let field = Field::new(8 * MIB);
        let memory = Apart::new(System, &field);
        // SAFETY: each block is given back as it was taken, and used no more.
        unsafe {
            let below = memory.alloc(layout(MIB));
            let first = memory.alloc(layout(2 * MIB));
            memory.dealloc(first, layout(2 * MIB));
            let second = memory.alloc(layout(3 * MIB));
            assert_eq!((second, field.grown.get()), (first, 4 * MIB));
            // The lowest place that holds it.
            memory.dealloc(below, layout(MIB));
            assert_eq!(memory.alloc(layout(MIB / 2)), below);
            assert_eq!(memory.alloc(layout(MIB / 2)), below.add(MIB / 2));
            assert_eq!(field.grown.get(), 4 * MIB);
            // No more than there is, and what there is still serves.
            assert!(memory.alloc(layout(5 * MIB)).is_null());
            memory.dealloc(second, layout(3 * MIB));
            assert_eq!(memory.alloc(layout(7 * MIB)), second);
        }
    }

    #[test]
    fn a_block_grows_and_shrinks_where_it_lies_if_it_can() {
        let field = Field::new(8 * MIB);
        let memory = Apart::new(System, &field);
        // SAFETY: as above.
        unsafe {
            let block = memory.alloc(layout(MIB));
            assert_eq!(memory.realloc(block, layout(MIB), 2 * MIB), block);
            let behind = memory.alloc(layout(MIB));
            assert_eq!(memory.realloc(block, layout(2 * MIB), MIB), block);
            assert_eq!(memory.realloc(block, layout(MIB), 2 * MIB), block);
            block.add(2 * MIB - 1).write(7);
            let moved = memory.realloc(block, layout(2 * MIB), 3 * MIB);
            assert_eq!((moved, moved.add(2 * MIB - 1).read()), (behind.add(MIB), 7));
            // To a small one and back.
            let small = memory.realloc(moved, layout(3 * MIB), 100);
            small.write(9);
            let large = memory.realloc(small, layout(100), MIB);
            assert_eq!((large, large.read(), field.grown.get()), (block, 9, 6 * MIB));
        }
    }

    #[test]
    fn nothing_can_be_read_of_a_block_that_was_given_back() {
        let field = Field::new(8 * MIB);
        let memory = Apart::new(System, &field);
        let rest = |from: *mut u8, to: *mut u8| {
            // A free stretch's own first bytes say where the next one is.
            let from = from.wrapping_add(size_of::<Free>());
            // SAFETY: within the field, which is leaked.
            unsafe { std::slice::from_raw_parts(from, to.addr() - from.addr()) }.iter().all(|&byte| byte == 0)
        };
        // SAFETY: as above; the field's memory is looked at when it is free.
        unsafe {
            let block = memory.alloc(layout(3 * MIB));
            block.write_bytes(7, 3 * MIB);
            assert_eq!(memory.realloc(block, layout(3 * MIB), MIB), block);
            assert!(rest(block.add(MIB), block.add(3 * MIB)), "what a block shrinks by");
            let behind = memory.alloc(layout(MIB));
            let moved = memory.realloc(block, layout(MIB), 2 * MIB);
            assert_ne!(moved, block);
            assert!(rest(block, behind), "where a block was");
            memory.dealloc(moved, layout(2 * MIB));
            assert!(rest(moved, moved.add(2 * MIB)), "what was freed");
        }
    }

    #[test]
    fn whatever_comes_and_goes_blocks_never_meet() {
        let field = Field::new(32 * MIB);
        let memory = Apart::new(System, &field);
        let mut blocks: Vec<(*mut u8, usize, u8)> = Vec::new();
        let mut state = 1u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let holds = |&(block, size, mark): &(*mut u8, usize, u8)| {
            // SAFETY: the block has that many bytes, all of them written.
            unsafe { std::slice::from_raw_parts(block, size) }.iter().all(|&byte| byte == mark)
        };
        for turn in 0..3_000 {
            let mark = turn as u8;
            // SAFETY: blocks that are not null are written within their sizes, and given back as they were taken.
            unsafe {
                match random(3) {
                    0 => {
                        let size = 1 + random(MIB);
                        let block = memory.alloc(layout(size));
                        if !block.is_null() {
                            block.write_bytes(mark, size);
                            blocks.push((block, size, mark));
                        }
                    }
                    1 if !blocks.is_empty() => {
                        let at = random(blocks.len());
                        let (block, size, old) = blocks[at];
                        let wanted = 1 + random(MIB);
                        let moved = memory.realloc(block, layout(size), wanted);
                        if !moved.is_null() {
                            assert!(holds(&(moved, size.min(wanted), old)), "turn {turn}");
                            moved.write_bytes(mark, wanted);
                            blocks[at] = (moved, wanted, mark);
                        }
                    }
                    _ if !blocks.is_empty() => {
                        let (block, size, mark) = blocks.swap_remove(random(blocks.len()));
                        assert!(holds(&(block, size, mark)), "turn {turn}");
                        memory.dealloc(block, layout(size));
                    }
                    _ => {}
                }
                // A neighbour takes some of the memory, for good.
                if turn % 500 == 0 {
                    (&field).grow(PAGE);
                }
            }
        }
        for block in blocks {
            assert!(holds(&block));
            // SAFETY: as above.
            unsafe { memory.dealloc(block.0, layout(block.1)) };
        }
        // SAFETY: one thread.
        let free: Vec<_> = unsafe { memory.large() }.iter().collect();
        assert!(free.is_sorted() && free.windows(2).all(|pair| pair[0].0 + pair[0].1 < pair[1].0));
        let neighbours = 6 * Field::STEP;
        assert_eq!(free.iter().map(|(_, bytes)| bytes).sum::<usize>(), field.grown.get() - neighbours);
    }
}
