//! Buffers that are freed when they are let go.

use super::{Device, Error};

/// A buffer that gives its memory back when it is let go, not when the browser collects garbage.
#[derive(Debug)]
pub(crate) struct Memory(wgpu::Buffer);

impl Memory {
    /// Zeroed, for kernels, to be written and read back.
    pub(crate) fn new(device: &Device, what: &str, bytes: usize) -> Result<Self, Error> {
        device.storage(what, bytes as u64).map(Self)
    }

    /// With these contents.
    pub(crate) fn of(device: &Device, what: &str, contents: &[u8]) -> Result<Self, Error> {
        let memory = Self::new(device, what, contents.len())?;
        memory.write(device, contents);
        Ok(memory)
    }

    /// For what a kernel is told: a uniform.
    pub(crate) fn uniform(device: &Device, what: &str, bytes: usize) -> Result<Self, Error> {
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        device.buffer(what, bytes as u64, usage).map(Self)
    }

    /// For reading through; see [`Device::read_through`].
    pub(crate) fn staging(device: &Device, what: &str, bytes: u64) -> Result<Self, Error> {
        device.buffer(what, bytes, wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ).map(Self)
    }

    /// Puts bytes at its start, before what is submitted next.
    pub(crate) fn write(&self, device: &Device, contents: &[u8]) {
        if !contents.is_empty() {
            device.queue().write_buffer(&self.0, 0, contents);
        }
    }

    pub(crate) fn buffer(&self) -> &wgpu::Buffer {
        &self.0
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.destroy();
    }
}
