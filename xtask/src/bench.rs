//! The engine and the tools beside their peers, measured in one run; `benches/README.md` tells what each row means.

mod browser;
mod machine;
mod native;
mod peers;
mod report;

use std::fs;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use report::{Figure, replaced};

/// Where the last tables lie.
const README: &str = "benches/README.md";

/// Above this, what else runs takes a part of the cores that is worth a warning.
const QUIET: f64 = 0.5;

/// What `cargo xtask bench` is asked for.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The networks in programs of their own instead of in Chromium.
    #[arg(long)]
    native: bool,
    /// U²-Net-p alone, on one thread and two; nothing of the model `best`.
    #[arg(long, conflicts_with = "native")]
    quick: bool,
    /// WebGPU too: in Chromium on the software adapter, which takes minutes.
    #[arg(long)]
    webgpu: bool,
    /// How long a contestant on an adapter may take for an answer, in seconds.
    #[arg(long, default_value_t = 300)]
    limit: u32,
    /// So many photos of 12 MP in one go as well, 250 for the figure: about a second each.
    #[arg(long, value_name = "PHOTOS", conflicts_with = "native")]
    batch: Option<u32>,
    /// Our time layer by layer as well.
    #[arg(long)]
    layers: bool,
    /// How often the contestants take their turn.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Further answers in each turn, after the first.
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Size of the photo that is cut out in Chromium.
    #[arg(long, default_value_t = 3.0)]
    megapixels: f64,
    /// Put the tables into benches/README.md.
    #[arg(long, conflicts_with = "quick")]
    write: bool,
    /// Fail where a figure is missed.
    #[arg(long)]
    require: bool,
}

/// A part of the report.
struct Section {
    /// Its name in the markers of the README.
    part: &'static str,
    /// Markdown.
    text: String,
    figures: Vec<Figure>,
}

/// Measures, prints, and writes or fails where that is asked for.
pub(crate) fn run(project: &Project, arguments: &Arguments) -> Result<()> {
    let busy = machine::load().filter(|load| *load > QUIET);
    let section = if arguments.native {
        native::measure(project, arguments)
    } else {
        browser::measure(project, arguments)
    }?;
    let text = format!("{}.\n{}", machine::describe(project), section.text);
    println!("\n{text}");
    if let Some(load) = busy {
        println!(
            "The load was {load:.1} at the start: rely on ratios alone, and measure again on a quiet machine."
        );
    }
    if arguments.layers {
        println!("\n{}", native::layers(project)?);
    }
    if arguments.write {
        let path = project.path(README);
        let document = fs::read_to_string(&path).with_context(|| format!("{README} could not be read"))?;
        let document = replaced(&document, section.part, &text)
            .with_context(|| format!("{README} lacks the markers of its part `{}`", section.part))?;
        fs::write(&path, document).with_context(|| format!("{README} could not be written"))?;
        println!("written to {README}");
    }
    let missed: Vec<&str> =
        section.figures.iter().filter(|figure| !figure.met()).map(|figure| figure.what.as_str()).collect();
    if arguments.require && !missed.is_empty() {
        bail!("{} of {} figures missed: {}", missed.len(), section.figures.len(), missed.join("; "));
    }
    Ok(())
}
