//! What a write means: metadata, preconditions, patches, deletion.
mod encode;
mod json_patch;
mod merge_patch;
mod sources;
mod tree;
