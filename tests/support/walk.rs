//! Holds a plan to what every plan must be, over the ranges of its memory.

#![allow(unreachable_pub, reason = "the fuzz targets, a crate of their own, have this file too")]

use std::ops::Range;

use vitrine::nn::Plan;
use vitrine::nn::plan::View;

/// No step writes what it reads or what the file gives, and nothing is read that was not written.
///
/// # Panics
/// Where one does.
pub fn check_plan(plan: &Plan) {
    let mut written = vec![false; plan.arena];
    let inside = |range: &Range<usize>| assert!(range.end <= plan.arena, "{range:?} of {}", plan.arena);
    let given =
        plan.inputs.iter().map(|port| &port.tensor).chain(plan.constants.iter().map(|(view, _)| view));
    for view in given {
        inside(&view.range());
        each_float(view, |at| written[at] = true);
    }
    for step in &plan.steps {
        let to = step.output.range();
        inside(&to);
        for view in &step.inputs {
            let from = view.range();
            inside(&from);
            each_float(view, |at| assert!(written[at], "{} reads what nothing wrote", step.name));
            let apart = from.end <= to.start || to.end <= from.start || from.is_empty() || to.is_empty();
            assert!(apart || *view == step.output, "{} writes what it reads", step.name);
        }
        for (view, _) in &plan.constants {
            let kept = view.range();
            let apart = kept.end <= to.start || to.end <= kept.start || kept.is_empty() || to.is_empty();
            assert!(apart, "{} writes over a constant", step.name);
        }
        each_float(&step.output, |at| written[at] = true);
    }
    for port in &plan.outputs {
        inside(&port.tensor.range());
        each_float(&port.tensor, |at| assert!(written[at], "{} is not written", port.name));
    }
}

/// Visits the floats of a tensor's elements.
fn each_float(view: &View, mut visit: impl FnMut(usize)) {
    if !view.is_image() {
        return view.range().for_each(visit);
    }
    let [images, channels, height, width] = view.image();
    for pixel in 0..images * height * width {
        (0..channels).for_each(|channel| visit(view.offset + pixel * view.pitch + channel));
    }
}
