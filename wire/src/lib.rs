#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod aliases;
mod answers;
mod decode;
mod difference;
mod guess;
mod infer;
mod known;
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
pub use known::Known;
pub use replay::Outcome;
pub use report::{FileReport, files, own_recordings, replay_file};
pub use stage::Way;
