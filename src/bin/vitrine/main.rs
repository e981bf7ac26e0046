//! Vitrine from a terminal: for scripts, for measuring, and for a catalogue too large for one browser.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a terminal is what this program talks to")]

// A browser has no terminal; the wasm build has no use for this program.
#[cfg(not(target_arch = "wasm32"))]
mod colour;
#[cfg(not(target_arch = "wasm32"))]
mod files;
#[cfg(not(target_arch = "wasm32"))]
mod log;
#[cfg(not(target_arch = "wasm32"))]
mod models;
#[cfg(not(target_arch = "wasm32"))]
mod progress;
#[cfg(not(target_arch = "wasm32"))]
mod remove;
#[cfg(not(target_arch = "wasm32"))]
mod shoot;
#[cfg(not(target_arch = "wasm32"))]
mod try_on;
#[cfg(not(target_arch = "wasm32"))]
mod worker;

#[cfg(target_arch = "wasm32")]
fn main() {}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use clap::Parser as _;

    /// Product photos where the photo already is: nothing is uploaded.
    #[derive(clap::Parser)]
    #[command(name = "vitrine", version, about)]
    struct Arguments {
        #[command(subcommand)]
        command: Command,
    }

    #[derive(clap::Subcommand)]
    enum Command {
        /// Cut the subject out of each photo
        Remove(remove::Arguments),
        /// Cut products out and make listing-ready pictures of them
        Shoot(shoot::Arguments),
        /// Correct white balance, exposure and tones, or bring photos to one reference
        Colour(colour::Arguments),
        /// Put a product on the people of photos
        TryOn(try_on::Arguments),
        /// Show how a model is run, step by step, and how long each step takes
        Profile(models::Arguments),
        /// Check the activity log that the page has saved
        Log(log::Arguments),
    }

    let done = match Arguments::parse().command {
        Command::Remove(arguments) => remove::run(&arguments),
        Command::Shoot(arguments) => shoot::run(&arguments),
        Command::Colour(arguments) => colour::run(&arguments),
        Command::TryOn(arguments) => try_on::run(&arguments),
        Command::Profile(arguments) => models::profile(&arguments).map(|()| true),
        Command::Log(arguments) => log::run(&arguments),
    };
    match done {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(message) => {
            eprintln!("vitrine: {message}");
            std::process::ExitCode::FAILURE
        }
    }
}
