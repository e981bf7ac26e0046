//! Which of the ways to convolve is the fastest on a real GPU, found out by running them.
//!
//! Half precision moves U²-Net-p's masks by no more than 0.00002 on average (six photos, against the CPU executor), a
//! hundredth of what would make it another model; `half_precision_keeps_the_masks` measures it for any network.

use std::sync::Arc;

use super::lower::{Target, Winograd};
use super::{Executor, Kernels, Tensors};
use crate::gpu::Error;
use crate::gpu::clock;
use crate::nn;
use crate::nn::plan::{Action, Operation, Operations, Plan, Port, TensorInfo};
use crate::nn::step::{Activation, Conv, Kind, LANES, WeightValues, Weights};

/// Channels of the layers that are tried, in and out: those of the outer and the inner layers of segmentation networks.
const CHANNELS: [usize; 2] = [64, 32];
/// Rows and columns of the layers that are tried.
const SIZE: usize = 112;
/// Times that a layer runs in a submission, so that the time to submit does not count.
const TURNS: usize = 6;
/// A way that is not the plain one has to spare so much of its time.
const GAIN: f64 = 0.95;

/// The fastest way on a real GPU.
pub(super) async fn fastest(kernels: &Kernels) -> Result<Target, nn::Error> {
    let plain = Target { winograd: Winograd::From(usize::MAX), half: false, ..kernels.target };
    let mut best = plain;
    // From the layer with the most channels on: fewer channels give Winograd's way less to win.
    for (index, channels) in CHANNELS.into_iter().enumerate() {
        let plan = layer(channels)?;
        let least = (channels / LANES).pow(2);
        let direct = seconds(kernels, &plan, plain).await?;
        let mut fastest = direct;
        if index == 0 && kernels.device.has_half_precision() {
            let half = seconds(kernels, &plan, Target { half: true, ..plain }).await?;
            if half < GAIN * direct {
                best.half = true;
                fastest = half;
            }
        } else if best.half {
            fastest = seconds(kernels, &plan, Target { half: true, ..plain }).await?;
        }
        let winograd = seconds(kernels, &plan, Target { winograd: Winograd::From(0), ..plain }).await?;
        if winograd >= GAIN * fastest {
            break;
        }
        best.winograd = Winograd::From(least);
    }
    Ok(best)
}

/// A network of one 3×3 convolution with weights of bytes.
fn layer(channels: usize) -> Result<Arc<Plan>, nn::Error> {
    let shape = vec![1, channels, SIZE, SIZE];
    let weights = Weights {
        shape: [channels, channels, 3, 3],
        values: WeightValues::Int8 {
            bytes: Arc::new(
                (0..channels * channels * 9).map(|index| (index * 37 % 255) as u8 as i8).collect(),
            ),
            scales: vec![0.01; channels],
        },
    };
    let conv = Conv {
        weights: Arc::new(weights),
        bias: vec![0.0; channels].into(),
        stride: [1, 1],
        dilation: [1, 1],
        padding: [1; 4],
        groups: 1,
        activation: Activation::Relu,
        residual: None,
    };
    let tensor = || TensorInfo { shape: shape.clone(), constant: None };
    let operations = Operations {
        tensors: vec![tensor(), tensor()],
        list: vec![Operation {
            name: "probe".into(),
            action: Action::Run(Kind::Conv(conv)),
            inputs: vec![0],
            output: 1,
        }],
        inputs: vec![Port { name: "in".into(), tensor: 0 }],
        outputs: vec![Port { name: "out".into(), tensor: 1 }],
    };
    Ok(Arc::new(Plan::new(operations, nn::MEMORY_LIMIT)?))
}

/// Seconds that a layer takes in a way: the least of three submissions after one that compiles.
async fn seconds(kernels: &Kernels, plan: &Arc<Plan>, target: Target) -> Result<f64, nn::Error> {
    let executor = Executor::with_kernels(&Kernels { target, ..kernels.clone() }, plan.clone())?;
    let tensors = executor.tensors()?;
    submit(&executor, &tensors).await?;
    let mut least = f64::MAX;
    for _ in 0..3 {
        let start = clock::seconds();
        submit(&executor, &tensors).await?;
        least = least.min((clock::seconds() - start) / TURNS as f64);
    }
    Ok(least)
}

async fn submit(executor: &Executor, tensors: &Tensors) -> Result<(), Error> {
    let mut encoder = executor.encoder();
    for _ in 0..TURNS {
        executor.encode(tensors, &mut encoder);
    }
    let submitted = executor.device.submit(encoder)?;
    executor.device.finished(submitted).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::gpu::Device;
    use crate::nn::gpu::lower::Strategy;

    #[test]
    fn the_probe_answers_with_a_way_that_the_device_has() {
        let Some(device) = Device::for_tests() else { return };
        let kernels = Kernels::of(&device, Kernels::target(&device, Strategy::Tiled));
        let found = pollster::block_on(fastest(&kernels)).unwrap();
        assert_eq!(found.strategy, Strategy::Tiled);
        assert!(!found.half || device.has_half_precision());
    }

    #[test]
    fn software_adapters_are_not_probed() {
        let Some(device) = Device::for_tests() else { return };
        let kernels = pollster::block_on(Kernels::tuned(&device)).unwrap();
        assert_eq!(kernels.target, Kernels::new(&device).target);
    }
}
