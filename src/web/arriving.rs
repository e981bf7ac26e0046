//! Files that are too large to lie in JavaScript's memory too.

use std::collections::VecDeque;

use js_sys::{Function, Uint8Array};
use prost::bytes::Buf;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// A file that comes part by part, so that none of it lies in JavaScript's memory besides; and goes so when it is read.
#[wasm_bindgen]
#[derive(Default)]
pub struct ArrivingFile {
    parts: VecDeque<Vec<u8>>,
    /// Bytes of the first part that have been read.
    read: usize,
    remaining: usize,
    source: Option<Source>,
    cut_off: bool,
}

#[wasm_bindgen]
impl ArrivingFile {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A file of `size` bytes of which `read(at)` gives a part that begins at byte `at`, as a `Uint8Array`: of it no
    /// more than a part is in the instance's memory at any time.
    pub fn reading(size: usize, read: Function) -> Self {
        let mut file = Self { remaining: size, source: Some(Source { read, at: 0 }), ..Self::default() };
        file.fetch(Vec::new());
        file
    }

    /// Takes the next part.
    pub fn push(&mut self, part: Vec<u8>) {
        if !part.is_empty() {
            self.remaining += part.len();
            self.parts.push_back(part);
        }
    }
}

impl Buf for ArrivingFile {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        self.parts.front().map_or(&[], |part| &part[self.read..])
    }

    fn advance(&mut self, count: usize) {
        assert!(count <= self.remaining, "{count} bytes of the {} that are left", self.remaining);
        self.remaining -= count;
        self.read += count;
        while let Some(part) = self.parts.front()
            && self.read >= part.len()
        {
            self.read -= part.len();
            let used = self.parts.pop_front();
            self.fetch(used.unwrap_or_default());
        }
    }
}

/// Where the rest of a file comes from.
struct Source {
    read: Function,
    /// Bytes of the file that have come.
    at: usize,
}

impl ArrivingFile {
    /// Has the next part come, into the memory of one that has been read. Where there is none though there should be,
    /// the file ends here, and its reader will find it cut off.
    fn fetch(&mut self, mut memory: Vec<u8>) {
        let Some(source) = self.source.as_mut().filter(|_| self.remaining > 0) else { return };
        let part = source.read.call1(&JsValue::UNDEFINED, &source.at.into());
        match part.map(JsCast::dyn_into::<Uint8Array>) {
            Ok(Ok(part)) if (1..=self.remaining).contains(&(part.length() as usize)) => {
                memory.resize(part.length() as usize, 0);
                part.copy_to(&mut memory);
                source.at += memory.len();
                self.parts.push_back(memory);
            }
            _ => {
                self.remaining = 0;
                self.cut_off = true;
            }
        }
    }

    /// Whether a part did not come.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.cut_off
    }
}
