//! What both forms of discovery have in common.

use serde::{Deserialize, Deserializer};

/// What a server that writes nothing for an empty list writes as `null`.
pub(super) fn nullable<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}
