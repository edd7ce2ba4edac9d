//! Replays recorded exchanges.
#![forbid(unsafe_code)]
mod aliases;
mod answers;
mod decode;
mod difference;
mod guess;
mod place;
mod plan;
mod recording;
mod replay;
mod report;
mod selection;
mod sightings;
mod stage;
mod timeline;
pub use difference::Difference;
pub use replay::Outcome;
pub use report::{FileReport, replay_dir, replay_file};
