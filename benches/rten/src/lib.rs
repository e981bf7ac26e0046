//! rten on U²-Net-p: loads the ONNX file as it is, with its weights packed ahead, as its documentation advises
//! for a model that runs more than once.

use std::sync::{Mutex, PoisonError};

use rten::{Model, ModelOptions, Value};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

/// Rows and columns of the network's input and output.
pub const SIDE: usize = 320;

/// The input that every engine gets in `cargo xtask bench --native`: a coloured disc before white, normalised.
pub fn disc() -> Vec<f32> {
    let middle = SIDE / 2;
    let inside = |index: usize| {
        let (row, column) = (index / SIDE, index % SIDE);
        row.abs_diff(middle).pow(2) + column.abs_diff(middle).pow(2) < (SIDE / 3).pow(2)
    };
    let plane = |colour: f32| (0..SIDE * SIDE).map(move |index| if inside(index) { colour } else { 2.0 });
    [-1.0, 0.0, 1.0].into_iter().flat_map(plane).collect()
}

/// The model, ready to run.
///
/// # Errors
/// In rten's words, where it cannot read the file.
pub fn load(file: Vec<u8>) -> Result<Model, String> {
    ModelOptions::with_all_ops().prepack_weights(true).load(file).map_err(|error| error.to_string())
}

/// The first output (`[1, 1, SIDE, SIDE]`) for an input `[1, 3, SIDE, SIDE]`.
///
/// # Errors
/// In rten's words, where the network does not run.
pub fn run(model: &Model, pixels: Vec<f32>) -> Result<Vec<f32>, String> {
    let input = NdTensor::from_data([1, 3, SIDE, SIDE], pixels);
    let (id, output) = match (model.input_ids(), model.output_ids()) {
        ([id, ..], [output, ..]) => (*id, *output),
        _ => return Err("the model has no input or no output".to_owned()),
    };
    let mut outputs =
        model.run(vec![(id, input.into())], &[output], None).map_err(|error| error.to_string())?;
    let mask: Value = outputs.pop().ok_or("the model gave nothing")?;
    mask.into_tensor::<f32>()
        .map(|mask| mask.to_vec())
        .ok_or_else(|| "the output is not of 32-bit floats".to_owned())
}

/// What the page works with: a wasm instance holds one model, one input and one output.
struct State {
    file: Vec<u8>,
    model: Option<Model>,
    pixels: Vec<f32>,
    mask: Vec<f32>,
    fault: String,
}

static STATE: Mutex<State> = Mutex::new(State {
    file: Vec::new(),
    model: None,
    pixels: Vec::new(),
    mask: Vec::new(),
    fault: String::new(),
});

fn with<T>(work: impl FnOnce(&mut State) -> T) -> T {
    work(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Room for a model's file of so many bytes; the page writes it there.
#[unsafe(no_mangle)]
pub extern "C" fn file(bytes: usize) -> *mut u8 {
    with(|state| {
        state.file = vec![0; bytes];
        state.file.as_mut_ptr()
    })
}

/// Makes the model of the file that was written: 1, or 0 with a fault.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() -> u32 {
    with(|state| match load(std::mem::take(&mut state.file)) {
        Ok(model) => {
            state.model = Some(model);
            1
        }
        Err(fault) => {
            state.fault = fault;
            0
        }
    })
}

/// Room for the input, planes of red, green and blue.
#[unsafe(no_mangle)]
pub extern "C" fn pixels() -> *mut f32 {
    with(|state| {
        state.pixels = vec![0.0; 3 * SIDE * SIDE];
        state.pixels.as_mut_ptr()
    })
}

/// Runs the network: the mask's place, or null with a fault.
#[unsafe(no_mangle)]
pub extern "C" fn infer() -> *const f32 {
    with(|state| {
        let pixels = std::mem::take(&mut state.pixels);
        match state.model.as_ref().map(|model| run(model, pixels)) {
            Some(Ok(mask)) => {
                state.mask = mask;
                state.mask.as_ptr()
            }
            Some(Err(fault)) => {
                state.fault = fault;
                std::ptr::null()
            }
            None => {
                state.fault = "no model was prepared".to_owned();
                std::ptr::null()
            }
        }
    })
}

/// Where the fault's text lies.
#[unsafe(no_mangle)]
pub extern "C" fn fault() -> *const u8 {
    with(|state| state.fault.as_ptr())
}

/// How many bytes of UTF-8 it has.
#[unsafe(no_mangle)]
pub extern "C" fn fault_bytes() -> usize {
    with(|state| state.fault.len())
}
