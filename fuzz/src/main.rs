//! `cargo run --release -p lookglass-fuzz -- TARGET|all [--seconds N] [--seed S]`, or `TARGET --input HEX` for one input.
#![forbid(unsafe_code)]

use std::panic;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lookglass_fuzz::{Target, all, hex};

/// What the command line says.
#[derive(Debug)]
struct Wanted {
    targets: Vec<&'static Target>,
    seconds: u64,
    seed: u64,
    input: Option<Vec<u8>>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(wanted) = parse(&words) else {
        eprintln!(
            "usage: cargo run --release -p lookglass-fuzz -- TARGET|all [--seconds N] [--seed S] [--input HEX]\n"
        );
        for target in all() {
            eprintln!("  {}", target.name);
        }
        return ExitCode::from(2);
    };
    let mut code = ExitCode::SUCCESS;
    for target in &wanted.targets {
        let held = match &wanted.input {
            Some(input) => target.holds(input),
            None => run(target, wanted.seed, Duration::from_secs(wanted.seconds)),
        };
        if !held {
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn parse(words: &[String]) -> Option<Wanted> {
    let (name, options) = words.split_first()?;
    let targets = all().iter().filter(|target| name == "all" || target.name == name).collect();
    let mut wanted = Wanted { targets, seconds: 60, seed: 1, input: None };
    let (pairs, rest) = options.as_chunks::<2>();
    for [option, value] in pairs {
        match option.as_str() {
            "--seconds" => wanted.seconds = value.parse().ok()?,
            "--seed" => wanted.seed = value.parse().ok()?,
            "--input" => wanted.input = Some(hex::decode(value)?),
            _ => return None,
        }
    }
    (rest.is_empty() && !wanted.targets.is_empty()).then_some(wanted)
}

/// Runs one target for so long, and says what came of it.
fn run(target: &Target, seed: u64, time: Duration) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the program is where time comes from")]
    let start = Instant::now();
    match target.run(seed, |_| start.elapsed() < time) {
        Ok(inputs) => {
            println!("{}: {inputs} inputs of seed {seed} hold", target.name);
            true
        }
        Err(mut failure) => {
            // Reducing breaks the promise again and again, which is worth no words.
            let hook = panic::take_hook();
            panic::set_hook(Box::new(|_| {}));
            failure.input = target.reduced(failure.input);
            panic::set_hook(hook);
            println!("{failure}");
            false
        }
    }
}
