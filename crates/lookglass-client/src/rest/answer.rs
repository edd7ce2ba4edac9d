//! What was answered: [`Answer`].

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use lookglass_object::{Arrival, Depot, Encoding, Gvk, Intake, Object, Retention, protobuf::Envelope};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{Error, ObjectList, bytes::ListReader, list_watch::request};

/// What a server answered, read to its end.
pub struct Answer {
    what: String,
    response: Response<Bytes>,
}

impl Answer {
    pub(crate) fn new(what: String, response: Response<Bytes>) -> Self {
        Self { what, response }
    }

    /// The code, which is a success.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The body. Costs a reference count.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        self.response.body().clone()
    }

    /// The body as text.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn text(&self) -> Result<&str, Error> {
        str::from_utf8(self.response.body()).map_err(|error| Error::malformed(&self.what, error))
    }

    /// The body as a tree.
    ///
    /// # Errors
    ///
    /// It is no JSON.
    pub fn json(&self) -> Result<serde_json::Value, Error> {
        self.decode()
    }

    /// The body as a type of one's own.
    ///
    /// # Errors
    ///
    /// It is no JSON, or not of the type.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(self.response.body()).map_err(|error| {
            // Without the value that was found, which may be secret.
            let (line, column) = (error.line(), error.column());
            Error::malformed(&self.what, format!("not of the type that was asked for, at line {line} column {column}"))
        })
    }

    /// The object that the answer is, in JSON or protobuf; its kind is what it says.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn object<K>(&self) -> Result<Object<K>, Error> {
        let (encoding, gvk) = self.kind()?;
        let mut intake = intake(&gvk);
        let body = self.response.body();
        let taken = match encoding {
            Encoding::Json => intake.json(body, Arrival::Changed),
            Encoding::Protobuf => intake.protobuf(body, Arrival::Changed),
        };
        taken.map_err(|error| Error::malformed(&self.what, error))
    }

    /// The list that the answer is, in JSON or protobuf. An item that cannot be taken in is in [`failed`](ObjectList::failed).
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn list<K>(&self) -> Result<ObjectList<K>, Error> {
        let (encoding, gvk) = self.kind()?;
        let Some(kind) = gvk.kind().strip_suffix("List") else {
            return Err(Error::malformed(&self.what, format!("{} where a list was asked for", gvk.kind())));
        };
        let item = gvk.group_version().clone().kind(kind.to_owned());
        let mut list = ObjectList::default();
        let mut reader = ListReader::new(encoding, intake(&item));
        let (items, failed) = (&mut list.items, &mut list.failed);
        let mut sink = |item| match item {
            Ok(object) => items.push(object),
            Err(error) => failed.push(Error::item(&self.what, error)),
        };
        let read = reader.feed(self.response.body(), &mut sink).and_then(|()| reader.end(&mut sink));
        read.map_err(|error| Error::list(&self.what, error).at(reader.place()))?;
        list.note(reader.head());
        Ok(list)
    }

    /// What the body says that it is.
    fn kind(&self) -> Result<(Encoding, Gvk), Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Head {
            api_version: String,
            kind: String,
        }
        let encoding = request::answered(&self.what, self.response.headers())?;
        let body = self.response.body();
        let (api_version, kind) = match encoding {
            Encoding::Json => {
                let head: Head = self.decode()?;
                (head.api_version, head.kind)
            }
            Encoding::Protobuf => {
                let envelope = Envelope::parse(body).map_err(|error| Error::malformed(&self.what, error))?;
                (envelope.api_version().to_owned(), envelope.kind().to_owned())
            }
        };
        let gvk = Gvk::from_api_version(&api_version, &kind).map_err(|error| Error::malformed(&self.what, error))?;
        Ok((encoding, gvk))
    }
}

/// All that came, and nothing packed.
fn intake<K>(gvk: &Gvk) -> Intake<K> {
    Intake::new(Depot::global().family(gvk)).retention(Retention::Raw).keep_managed_fields(true)
}

/// Without the body, which may be secret.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("what", &self.what)
            .field("status", &self.status())
            .field("bytes", &self.response.body().len())
            .finish_non_exhaustive()
    }
}
