//! A list that has been read: [`ObjectList`].

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt as _;
use lookglass_object::{Dynamic, Intake, Object, ResourceVersion};

use crate::{
    Error,
    bytes::{ListHead, ListReader},
    client::Body,
    list_watch::request,
};

/// A list that has been read. An iterator over it gives the items.
///
/// An item that cannot be taken in never fails a list: it is among [`failed`](Self::failed).
#[derive(Debug)]
#[non_exhaustive]
pub struct ObjectList<K> {
    /// The objects, in the server's order: by namespace and name.
    pub items: Vec<Object<K>>,
    /// What could not be taken in, with the reason.
    pub failed: Vec<Error>,
    /// The version of the list: where a watch goes on.
    pub version: ResourceVersion,
    /// What leads to the next page; `None` if this was the last, and in a list of all pages.
    pub next: Option<String>,
    /// How many items are on the pages behind this one, when the server says so.
    pub remaining: Option<u64>,
}

impl<K> ObjectList<K> {
    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The items.
    pub fn iter(&self) -> std::slice::Iter<'_, Object<K>> {
        self.items.iter()
    }

    /// Takes over what a list says of itself.
    pub(crate) fn note(&mut self, head: &ListHead) {
        self.version = head.version.clone();
        self.next = head.continue_token.clone();
        self.remaining = head.remaining;
    }

    pub(crate) fn cast<K2>(self) -> ObjectList<K2> {
        let Self { items, failed, version, next, remaining } = self;
        ObjectList { items: items.into_iter().map(Object::into_cast).collect(), failed, version, next, remaining }
    }
}

impl<K> Default for ObjectList<K> {
    fn default() -> Self {
        Self { items: Vec::new(), failed: Vec::new(), version: ResourceVersion::default(), next: None, remaining: None }
    }
}

impl<K> IntoIterator for ObjectList<K> {
    type Item = Object<K>;
    type IntoIter = std::vec::IntoIter<Object<K>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a ObjectList<K> {
    type Item = &'a Object<K>;
    type IntoIter = std::slice::Iter<'a, Object<K>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl ObjectList<Dynamic> {
    /// Adds a page as it arrives.
    pub(crate) async fn read(
        &mut self,
        what: &str,
        response: Response<Body>,
        intake: Intake<Dynamic>,
    ) -> Result<(), Error> {
        let encoding = request::answered(what, response.headers())?;
        let mut reader = ListReader::new(encoding, intake);
        let (items, failed) = (&mut self.items, &mut self.failed);
        let mut sink = |item| match item {
            Ok(object) => items.push(object),
            Err(error) => failed.push(Error::item(what, error)),
        };
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            let data = frame.map_err(|error| Error::cut_off(what, error).at(reader.place()))?.into_data();
            let data: Bytes = data.unwrap_or_default();
            reader.feed(&data, &mut sink).map_err(|error| Error::list(what, error).at(reader.place()))?;
        }
        reader.end(&mut sink).map_err(|error| Error::list(what, error).at(reader.place()))?;
        self.note(reader.head());
        Ok(())
    }
}
