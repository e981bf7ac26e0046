//! Everything that must hold, in the order in which it is cheapest to find out.

use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::project::{Project, run as run_command};
use crate::{build, models, setup, supply};

/// Sets up, then formats, lints, tests natively, builds, and drives the build in Chromium.
pub(crate) fn run(project: &Project, models: models::Wanted) -> Result<()> {
    let started = Instant::now();
    let step = |name: &str| println!("── {name}, after {} s", started.elapsed().as_secs());

    setup::ensure(project)?;
    models::ensure(project, models)
        .context("`cargo xtask test --fast` tests all that does without `best`")?;
    setup::ensure_browser(project)?;

    step("rustfmt");
    run_command(project.command("cargo").args(["fmt", "--all", "--check"]), "run `cargo fmt --all`")?;
    step("what others wrote");
    supply::run(project, &supply::Arguments::default())?;
    step("clippy");
    run_command(
        project.command("cargo").args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]),
        "clippy's message above says what to change",
    )?;
    step("clippy on the wasm");
    run_command(
        project
            .command("cargo")
            .args([
                "clippy",
                "--quiet",
                "--package",
                "vitrine",
                "--lib",
                "--target",
                "wasm32-unknown-unknown",
            ])
            .args(["--", "--deny", "warnings"])
            .env("RUSTFLAGS", "-C target-feature=+simd128,+relaxed-simd"),
        "clippy's message above says what to change",
    )?;
    step("the crate's tests, beside the build of the wasm, the package and the page");
    // The build links and optimises on one core for minutes, so each goes on where the other leaves a core.
    std::thread::scope(|scope| {
        let built = scope.spawn(|| build::run(project, false));
        let tested = native(project);
        let built = built.join().unwrap_or_else(|_| bail!("the build's thread stopped"));
        tested.and(built)
    })?;
    step("types");
    for folder in ["pkg", "www", "tests/browser", "benches/browser"] {
        run_command(
            project.command("node").args([
                "node_modules/typescript/bin/tsc",
                "--noEmit",
                "--project",
                folder,
            ]),
            "tsc's message above says what to change",
        )?;
    }
    step("the browser tests");
    run_command(
        project
            .command("npm")
            .args(["test", "--silent", "--workspace", "tests/browser"])
            .env("VITRINE_XTASK", std::env::current_exe()?),
        "a test above failed",
    )
}

/// The tests that need no browser.
fn native(project: &Project) -> Result<()> {
    // A software adapter is set up, so a test that finds none is a failure and not skipped.
    run_command(
        project
            .command("cargo")
            .args(["test", "--quiet", "--workspace", "--exclude", "xtask"])
            .env("VITRINE_REQUIRE_GPU", "1"),
        "a test above failed",
    )?;
    for simd in ["sse2", "avx2"] {
        println!("the operators with {simd}");
        run_command(
            project
                .command("cargo")
                .args(["test", "--quiet", "--test", "operators", "--", "--skip", "on_the_gpu"])
                .env("VITRINE_SIMD", simd),
            "a test above failed",
        )?;
    }
    println!("the tasks' tests");
    // In the profile that they were built in to get here.
    run_command(
        project.command("cargo").args(["test", "--quiet", "--profile", "xtask", "--package", "xtask"]),
        "a test above failed",
    )
}
