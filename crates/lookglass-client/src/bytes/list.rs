//! Reading a list as it arrives: [`ListReader`].

mod json;
mod protobuf;

use lookglass_object::{Encoding, Intake, IntakeError, Key, Object, ResourceVersion, Training};
use thiserror::Error;

use super::place::{self, Place, SHOWN};

/// Reads the body of a list item by item, as it arrives.
///
/// ```
/// use lookglass_client::bytes::ListReader;
/// use lookglass_object::{Depot, Dynamic, Encoding, Gvk, Intake};
///
/// let intake = Intake::<Dynamic>::new(Depot::global().family(&Gvk::core("v1", "ConfigMap")));
/// let mut reader = ListReader::new(Encoding::Json, intake);
/// let mut names = Vec::new();
/// let body = r#"{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}"#;
/// for chunk in body.as_bytes().chunks(10) {
///     reader.feed(chunk, &mut |item| names.push(item.unwrap().key().to_string()))?;
/// }
/// reader.end(&mut |_| ())?;
/// assert_eq!((names, reader.head().version.to_string()), (vec!["a".to_owned()], "7".to_owned()));
/// # Ok::<(), lookglass_client::bytes::ListError>(())
/// ```
///
/// # Cost
///
/// Each item is scanned once and copied once, into its cell. An item that spans chunks is copied once more, and if it is JSON, scanned once more; no more than such an
/// item is held.
#[derive(Debug)]
pub struct ListReader<K> {
    intake: Intake<K>,
    head: ListHead,
    body: Body,
    encoding: Encoding,
    /// How much came.
    length: u64,
    /// The first of it, for errors.
    begin: Vec<u8>,
}

#[derive(Debug)]
enum Body {
    Json(json::Json),
    Protobuf(protobuf::Protobuf),
}

/// What a list says of itself; known for certain when it has been read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ListHead {
    /// The version of the collection: where a watch goes on.
    pub version: ResourceVersion,
    /// The token of the next page; `None` on the last.
    pub continue_token: Option<String>,
    /// How many items are on further pages, when the server says so.
    pub remaining: Option<u64>,
    /// The kind that the list says it is.
    pub kind: String,
}

/// An item that could not be taken in. The list goes on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("item {index} of the list")]
#[non_exhaustive]
pub struct ItemError {
    /// Which item of this body, from 0.
    pub index: usize,
    /// Which object it is, where that can be told all the same.
    pub key: Option<Key>,
    /// Why.
    #[source]
    pub source: IntakeError,
}

/// Why a body cannot be read any further. The items before were whole.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ListError {
    /// The bytes are malformed.
    #[error("malformed list at byte {offset}: {reason}")]
    Malformed {
        /// Where in the body.
        offset: u64,
        /// What is wrong.
        reason: String,
    },
    /// The body ended in the middle of the list: the connection was cut.
    #[error("the list ended after {length} bytes, in the middle: the connection was cut")]
    CutOff {
        /// How much of it came.
        length: u64,
    },
    /// The body is whole, and no list.
    #[error("not a list, but {kind:?}: {hint}", hint = "the server answered with something else")]
    NotAList {
        /// The kind that it says it is.
        kind: String,
    },
    /// An item is longer than the limit.
    #[error("an item at byte {offset} is longer than the limit of {limit} bytes")]
    TooLong {
        /// Where it begins.
        offset: u64,
        /// The limit.
        limit: usize,
    },
}

impl ItemError {
    fn new<K>(index: usize, bytes: &[u8], encoding: Encoding, intake: &Intake<K>, source: IntakeError) -> Self {
        Self { index, key: intake.key_of(bytes, encoding), source }
    }
}

/// Many times what an API server stores.
const LIMIT: usize = 64 << 20;

impl<K> ListReader<K> {
    /// A reader of a body.
    #[must_use]
    pub fn new(encoding: Encoding, intake: Intake<K>) -> Self {
        let body = match encoding {
            Encoding::Json => Body::Json(json::Json::default()),
            Encoding::Protobuf => Body::Protobuf(protobuf::Protobuf::default()),
        };
        Self { intake, head: ListHead::default(), body, encoding, length: 0, begin: Vec::with_capacity(SHOWN) }
    }

    /// What the list has said of itself so far. API servers say it before the items.
    #[must_use]
    pub fn head(&self) -> &ListHead {
        &self.head
    }

    /// Takes the next chunk of the body and hands out the items that are whole with it.
    ///
    /// # Errors
    ///
    /// The body cannot be read any further; the reader must not be fed again.
    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl FnMut(Result<Object<K>, ItemError>)) -> Result<(), ListError> {
        self.length += chunk.len() as u64;
        if self.begin.len() < SHOWN {
            self.begin.extend_from_slice(&chunk[..chunk.len().min(SHOWN - self.begin.len())]);
        }
        match &mut self.body {
            Body::Json(json) => json.feed(chunk, &mut self.head, &mut self.intake, sink),
            Body::Protobuf(protobuf) => protobuf.feed(chunk, &mut self.head, &mut self.intake, sink),
        }
    }

    /// The dictionary that is due to be learnt: see [`Intake::training`].
    pub fn training(&self) -> Option<Training> {
        self.intake.training()
    }

    /// How far it has come, and with what it began.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.length, place::shown(self.encoding, &self.begin, place::is_secret(self.intake.family())))
    }

    /// Ends the body. What the list says of itself is then all in [`head`](Self::head).
    ///
    /// # Errors
    ///
    /// The list is not complete, or it was none.
    pub fn end(&mut self, sink: &mut impl FnMut(Result<Object<K>, ItemError>)) -> Result<(), ListError> {
        match &mut self.body {
            Body::Json(json) => json.finish(&mut self.head, &mut self.intake, sink),
            Body::Protobuf(protobuf) => protobuf.finish(),
        }
    }
}
