//! Reads the recorded cases; `record.py` beside says what is in them.

use std::path::PathBuf;

use prost::Message;
use vitrine::nn::onnx::{ModelProto, TensorProto};
use vitrine::nn::{self, Graph, Plan, Tensor};

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Cases {
    #[prost(message, repeated, tag = "1")]
    pub(crate) cases: Vec<Case>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Case {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) model: Option<ModelProto>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) inputs: Vec<TensorProto>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) outputs: Vec<TensorProto>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All cases of a family.
pub(crate) fn read(family: &str) -> Vec<Case> {
    let path = root().join(format!("tests/operators/{family}.cases"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases = Cases::decode(&*bytes).unwrap().cases;
    assert!(!cases.is_empty(), "{family} holds cases");
    cases
}

impl Case {
    /// The graph; of a case without a model, the network `fast`.
    pub(crate) fn graph(&self) -> Result<Graph, nn::Error> {
        match &self.model {
            Some(model) => Graph::from_proto(model.clone()),
            None => Graph::from_onnx(std::fs::read(root().join("models/fast.onnx")).unwrap()),
        }
    }

    /// The inputs, made by the formula in `cases_fast_network.py` where the file leaves them out.
    pub(crate) fn inputs(&self) -> Vec<Tensor> {
        if self.model.is_none() {
            let (height, width, seed) = self.scene();
            let made = scene(height, width, seed);
            if let Some(stored) = self.inputs.first() {
                assert_eq!(
                    Tensor::from_proto(stored.clone()).unwrap(),
                    made,
                    "the formula is the recorder's"
                );
            }
            return vec![made];
        }
        self.inputs.iter().cloned().map(|proto| Tensor::from_proto(proto).unwrap()).collect()
    }

    /// Height, width and seed from a name such as `96x80 seed 2`.
    fn scene(&self) -> (usize, usize, u32) {
        let numbers: Vec<usize> =
            self.name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
        let &[height, width, seed] = &numbers[..] else {
            panic!("{}: not HEIGHTxWIDTH seed SEED", self.name)
        };
        (height, width, seed as u32)
    }

    /// The plan at the sizes of the inputs.
    pub(crate) fn plan(&self) -> Result<Plan, nn::Error> {
        let shapes: Vec<Vec<usize>> = self.inputs().into_iter().map(|tensor| tensor.shape).collect();
        Plan::of(&self.graph()?, &shapes, nn::MEMORY_LIMIT)
    }

    /// Compares answers with the recorded ones. `tolerance` is in parts of the largest recorded value of a
    /// tensor, and of 1.
    pub(crate) fn compare(&self, answers: &[Vec<f32>], tolerance: f32) -> Result<(), String> {
        let name = &self.name;
        if answers.len() != self.outputs.len() {
            return Err(format!("{name}: {} outputs instead of {}", answers.len(), self.outputs.len()));
        }
        for (index, (answer, proto)) in answers.iter().zip(&self.outputs).enumerate() {
            let expected = Tensor::from_proto(proto.clone()).unwrap().to_f32();
            if answer.len() != expected.len() {
                return Err(format!("{name}: {} values instead of {}", answer.len(), expected.len()));
            }
            let largest = expected.iter().fold(1.0f32, |largest, value| largest.max(value.abs()));
            let allowed = tolerance * largest;
            for (at, (a, e)) in answer.iter().zip(&expected).enumerate() {
                let far = (a - e).abs();
                if far.is_nan() || far > allowed {
                    return Err(format!(
                        "{name}: output {index}, value {at} of {} is {a} instead of {e} (allowed: {allowed})",
                        answer.len()
                    ));
                }
            }
        }
        Ok(())
    }
}

/// See `scene` in `cases_fast_network.py`.
fn scene(height: usize, width: usize, seed: u32) -> Tensor {
    let mut state = seed;
    let mut values = Vec::with_capacity(3 * height * width);
    for channel in 0..3 {
        for y in 0..height {
            for x in 0..width {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let off = |at: usize, size: usize, other: usize| {
                    (2 * at as i64 + 1 - size as i64).pow(2) * (other as i64).pow(2)
                };
                let across = off(y, height, width) + off(x, width, height);
                let inside = 4 * across < (height as i64).pow(2) * (width as i64).pow(2);
                let base = if inside { 160 } else { 32 * channel };
                values.push(((state >> 26) + base) as f32 / 64.0 - 1.5);
            }
        }
    }
    Tensor::f32([1, 3, height, width], values)
}
