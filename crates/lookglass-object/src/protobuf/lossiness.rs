//! Whether the table knows all of a message, without building anything of it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Error, decode};
use crate::table::Message;

/// Whether everything in the bytes was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is a yes or no with names")]
pub enum Lossiness {
    /// The result holds everything that the bytes hold.
    Exact,
    /// The bytes hold fields that the table does not know; the result lacks them.
    Lossy,
}

impl Lossiness {
    /// Reads all of a message and builds nothing: whether its JSON would lack something. Values that others override do not
    /// count, as they do not in JSON.
    ///
    /// ```
    /// use lookglass_object::protobuf::Lossiness;
    /// use lookglass_object::table::Table;
    ///
    /// let map = Table::builtin().kind("", "v1", "ConfigMap").expect("a built-in kind").message();
    /// assert_eq!(Lossiness::of_message(map, &[0x0a, 0])?, Lossiness::Exact); // metadata
    /// assert_eq!(Lossiness::of_message(map, &[0x7a, 0])?, Lossiness::Lossy); // field 15
    /// # Ok::<(), lookglass_object::protobuf::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Malformed bytes, with offset and path.
    pub fn of_message(message: &'static Message, raw: &[u8]) -> Result<Self, Error> {
        decode::<Read>(message, raw, None).map(|(_, lossiness)| lossiness)
    }

    pub(super) fn of(lossy: bool) -> Self {
        if lossy { Self::Lossy } else { Self::Exact }
    }

    /// Whether something is missing.
    #[must_use]
    pub fn is_lossy(self) -> bool {
        self == Self::Lossy
    }
}

/// Any value, read to its end and forgotten; serde's `IgnoredAny` would let it be stepped over.
struct Read;

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Read {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}
