//! A network that looks at a square part of a photo.

use super::segment::Normalization;
use crate::nn::{self, Graph, Plan, cpu};

/// Runs on the processor.
pub(crate) struct SquareNetwork {
    executor: cpu::Executor,
    normalization: Normalization,
    side: usize,
}

impl SquareNetwork {
    /// Plans a network whose input is `side` pixels each way and whose outputs have these shapes; `name` says in words what
    /// it is: `a face mesh`.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub(crate) fn new(
        graph: &Graph,
        name: &str,
        side: usize,
        outputs: &[&[usize]],
    ) -> Result<Self, nn::Error> {
        let normalization = Normalization::of(graph)?;
        let plan = Plan::of(graph, &[vec![1, 3, side, side]], nn::MEMORY_LIMIT)?;
        let shapes: Vec<&[usize]> = plan.outputs.iter().map(|port| &port.tensor.shape[..]).collect();
        if shapes != outputs {
            return Err(nn::Error::Graph(format!("its outputs are {shapes:?}: {name} gives {outputs:?}")));
        }
        Ok(Self { executor: cpu::Executor::new(plan), normalization, side })
    }

    /// Its outputs for what it sees: `[3, side, side]`, 0 to 1 ([`Region::planes`](super::region::Region::planes)).
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub(crate) fn run(&self, planes: Vec<f32>) -> Result<Vec<Vec<f32>>, nn::Error> {
        let input = self.normalization.apply(planes, self.side * self.side);
        self.executor.run(&[&input], &mut |_, _| true)
    }
}
