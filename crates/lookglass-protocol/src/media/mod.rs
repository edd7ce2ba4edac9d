//! Content negotiation: what a client accepts ([`negotiate`]), and what it sends ([`BodyType`], [`PatchType`]).
//!
//! # Promises
//!
//! - The clauses of `Accept` count in the order in which a real API server's parser sorts them; the first one that can be met is met.
//! - A clause that asks for a transform (`as=Table`) which cannot be given is passed over, not refused.
//! - Both of the real server's refusals are told apart: that of its router, which compares whole media types before anything else is
//!   looked at, and that of the resource.

mod accept;
mod body_type;
mod negotiate;
#[cfg(test)]
mod tests;

pub use body_type::{BodyType, PatchType};
pub use negotiate::{Encoding, Form, Offer, Shown, Transform, discovery, negotiate, status_form, wants_pretty};

/// JSON, which is also what is meant where nothing is said.
pub const JSON: &str = "application/json";
/// YAML.
pub const YAML: &str = "application/yaml";
/// Kubernetes' protobuf.
pub const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";
