//! How far the work is, under what is printed.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of a thousand steps for each photo; hidden where lines of JSON are printed.
pub(super) fn bar(photos: usize, hidden: bool) -> Result<ProgressBar, String> {
    let bar = ProgressBar::new(photos as u64 * 1000);
    if hidden {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {wide_msg}");
    Ok(bar.with_style(style.map_err(|error| error.to_string())?))
}
