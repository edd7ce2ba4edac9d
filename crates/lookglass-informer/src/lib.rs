#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod reflector;

pub use reflector::{
    Backoff, Cause, Counters, Failure, Freshness, Health, ObjectChange, Phase, Reflector, ReflectorBuilder,
    ReflectorEnd, ReflectorError, ReflectorOptions, Remedy, ResumingWatch, Sink, SinkError, resuming_watch,
};
