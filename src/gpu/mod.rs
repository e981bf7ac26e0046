//! The adapter, buffers, pipelines; one place for readback and device loss.
