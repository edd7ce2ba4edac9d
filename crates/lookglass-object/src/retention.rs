//! What is kept of an object: [`Retention`].

/// What an informer keeps of each object. Whatever it is, an object tells the same key, labels, paths and typed value.
///
/// | retention | keeps | reads cost |
/// | --- | --- | --- |
/// | [`Auto`](Self::Auto), the default | bytes; packed where there are many | nothing, or 0.5 to 5 us of unpacking |
/// | [`Raw`](Self::Raw) | bytes | nothing |
/// | [`Packed`](Self::Packed) | packed bytes | 0.5 to 5 us of unpacking |
/// | [`Typed`](Self::Typed) | the decoded value and the bytes of `metadata` | typed: nothing; other paths: encoding |
/// | [`Metadata`](Self::Metadata) | bytes of metadata alone, which is all that is asked of the server | as `Auto` |
///
/// A projection, the typed answer to client-go's transform, is [`Object::project`](crate::Object::project).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Retention {
    /// Raw while a kind has fewer than 1,000 objects or less than 1 MB. Above that a list is packed as it streams in, and a
    /// changed object stays raw until it has [cooled](crate::Cooler): what changes often is not packed again and again.
    #[default]
    Auto,
    /// Bytes as they came, without managed fields.
    Raw,
    /// Packed on arrival.
    Packed,
    /// The decoded value: for few objects that are read all the time, and for informers that are fed typed objects.
    Typed,
    /// Metadata only.
    Metadata,
}

/// From here on [`Retention::Auto`] packs: so many objects that hold so many bytes.
const MANY_OBJECTS: usize = 1_000;
const MANY_BYTES: usize = 1 << 20;

impl Retention {
    /// Whether objects of a kind that has so many, of so many bytes when raw, are to be packed in the long run.
    #[must_use]
    pub fn packs(self, objects: usize, raw_bytes: usize) -> bool {
        match self {
            Self::Auto | Self::Metadata => objects >= MANY_OBJECTS && raw_bytes >= MANY_BYTES,
            Self::Packed => true,
            Self::Raw | Self::Typed => false,
        }
    }
}
