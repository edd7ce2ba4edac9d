//! Fuzz targets over everything in lookglass that reads what others wrote.
//!
//! A [`Target`] is a function over bytes that panics when a promise does not hold. [`Target::run`] feeds it seeds that a
//! structure-aware mutator changes: no coverage feedback, no tool to install, and the same inputs for the same seed on every
//! machine. `cargo test -p lookglass-fuzz` runs each target for a bounded number of inputs; the program runs one for as long
//! as it is told:
//!
//! ```text
//! cargo run --release -p lookglass-fuzz -- all --seconds 60
//! cargo run --release -p lookglass-fuzz -- transcode_protobuf --seed 7
//! cargo run --release -p lookglass-fuzz -- json_reader --input 5b5d
//! ```
#![forbid(unsafe_code)]

pub mod hex;
mod mutate;
mod rng;
mod seeds;
mod targets;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use rng::Rng;
pub use targets::all;

/// How the inputs of a target are made and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// JSON, selectors, keys: text whose tokens matter.
    Text,
    /// Two bytes that choose a kind, then text.
    KindAndText,
    /// Two bytes that choose a kind, then protobuf.
    KindAndProtobuf,
    /// Protobuf.
    Protobuf,
}

/// One promise, or a few that belong together.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Target {
    /// As the command line names it.
    pub name: &'static str,
    /// Reads the input and panics when what it saw breaks a promise.
    pub check: fn(&[u8]),
    /// What the inputs look like.
    pub form: Form,
    /// The inputs from which all others are made.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// An input that breaks a promise.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The target's name.
    pub target: &'static str,
    /// The seed of the run.
    pub seed: u64,
    /// Which input of the run, counted from 0.
    pub index: u64,
    /// The input.
    pub input: Vec<u8>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, seed, index, input } = self;
        let input = hex::encode(input);
        write!(
            f,
            "{target}: input {index} of seed {seed} breaks a promise; to run it again:\n\
             cargo run --release -p lookglass-fuzz -- {target} --input {input}"
        )
    }
}

impl Target {
    /// Feeds the seeds as they are, then changed ones while `goes_on` says so of the number of inputs so far. The same seed
    /// gives the same inputs.
    ///
    /// # Errors
    ///
    /// The first input that breaks a promise.
    pub fn run(&self, seed: u64, mut goes_on: impl FnMut(u64) -> bool) -> Result<u64, Failure> {
        let seeds = (self.seeds)();
        let mut rng = Rng::new(seed);
        let mut index = 0;
        while goes_on(index) {
            let first = usize::try_from(index).ok().and_then(|index| seeds.get(index));
            let input = match first {
                Some(seed) => seed.clone(),
                None => self.changed(&mut rng, &seeds),
            };
            if !self.holds(&input) {
                return Err(Failure { target: self.name, seed, index, input });
            }
            index += 1;
        }
        Ok(index)
    }

    /// Whether the promise holds for an input.
    #[must_use]
    pub fn holds(&self, input: &[u8]) -> bool {
        catch_unwind(AssertUnwindSafe(|| (self.check)(input))).is_ok()
    }

    /// The input with everything left out that the failure does not need, as far as leaving out runs of bytes gets.
    #[must_use]
    pub fn reduced(&self, mut input: Vec<u8>) -> Vec<u8> {
        let mut run = input.len() / 2;
        while run > 0 {
            let mut at = 0;
            while at + run <= input.len() {
                let without = [&input[..at], &input[at + run..]].concat();
                if self.holds(&without) { at += run } else { input = without }
            }
            run /= 2;
        }
        input
    }

    fn changed(&self, rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
        let (base, other) = (&seeds[rng.below(seeds.len())], &seeds[rng.below(seeds.len())]);
        let head = match self.form {
            Form::KindAndText | Form::KindAndProtobuf => base.len().min(2),
            Form::Text | Form::Protobuf => 0,
        };
        let mut body = base[head..].to_vec();
        let other = &other[head.min(other.len())..];
        for _ in 0..=rng.below(6) {
            body = match self.form {
                Form::Text | Form::KindAndText => mutate::text(rng, body, other),
                Form::Protobuf | Form::KindAndProtobuf => mutate::protobuf(rng, body, other),
            };
        }
        let mut input = base[..head].to_vec();
        if head > 0 && rng.one_in(32) {
            input = vec![rng.byte(), rng.byte()];
        }
        input.append(&mut body);
        input
    }
}
