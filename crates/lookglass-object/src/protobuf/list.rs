//! The items of a list, one byte range after another, with nothing built.

use std::ops::Range;

use super::error::Error;
use super::read;
use crate::wire::{Reader, Tag, WireType};

/// Walks the items of the protobuf of any list kind (all of them keep `ListMeta` in field 1 and items in field 2).
///
/// ```
/// use lookglass_object::protobuf::ListItems;
/// use lookglass_object::wire::put_bytes;
///
/// let mut raw = Vec::new();
/// put_bytes(&mut raw, 1, &[0x12, 2, b'4', b'2']);
/// put_bytes(&mut raw, 2, b"");
/// let mut items = ListItems::new(&raw);
/// assert_eq!(items.next().transpose()?, Some(8..8));
/// assert_eq!(items.next().transpose()?, None);
/// assert_eq!(items.metadata()?.resource_version, "42");
/// # Ok::<(), lookglass_object::protobuf::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ListItems<'a> {
    reader: Reader<'a>,
    metadata: Option<Range<usize>>,
}

/// What a list says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ListMeta<'a> {
    /// The version of the collection.
    pub resource_version: &'a str,
    /// The token of the next page, empty on the last.
    pub continue_token: &'a str,
    /// How many items are on further pages, when the server says so.
    pub remaining_item_count: Option<i64>,
}

impl<'a> ListItems<'a> {
    /// A walk over the list's message (an envelope's `raw`).
    #[must_use]
    pub fn new(raw: &'a [u8]) -> Self {
        Self { reader: Reader::new(raw), metadata: None }
    }

    /// What the list says of itself. Go writes it first; a walk that has ended has met it wherever it is.
    ///
    /// # Errors
    ///
    /// Malformed bytes.
    pub fn metadata(&self) -> Result<ListMeta<'a>, Error> {
        let mut range = self.metadata.clone();
        let mut ahead = self.reader;
        while range.is_none() {
            match ahead.tag()? {
                Some(Tag { number: 1, wire: WireType::Bytes }) => range = Some(ahead.chunk()?),
                Some(tag) => ahead.skip(tag)?,
                None => return Ok(ListMeta::default()),
            }
        }
        let mut meta = ListMeta::default();
        let mut reader = Reader::over(self.reader.buffer(), range.unwrap_or_default());
        while let Some(tag) = reader.tag()? {
            match tag.number {
                2 => meta.resource_version = text(&mut reader, tag)?,
                3 => meta.continue_token = text(&mut reader, tag)?,
                4 => meta.remaining_item_count = Some(read::number(&mut reader, Some(tag))?),
                _ => reader.skip(tag)?,
            }
        }
        Ok(meta)
    }

    fn step(&mut self) -> Result<Option<Range<usize>>, Error> {
        while let Some(tag) = self.reader.tag()? {
            match tag {
                Tag { number: 2, wire: WireType::Bytes } => return Ok(Some(self.reader.chunk()?)),
                Tag { number: 1, wire: WireType::Bytes } => self.metadata = Some(self.reader.chunk()?),
                tag => self.reader.skip(tag)?,
            }
        }
        Ok(None)
    }
}

impl Iterator for ListItems<'_> {
    /// The range of an item's message in the list's; after an error nothing follows.
    type Item = Result<Range<usize>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.reader = Reader::over(self.reader.buffer(), self.reader.end()..self.reader.end());
        }
        step.transpose()
    }
}

fn text<'a>(reader: &mut Reader<'a>, tag: Tag) -> Result<&'a str, Error> {
    let text = read::payload(reader, Some(tag), "text")?;
    std::str::from_utf8(text.rest()).map_err(|_| Error::invalid("not UTF-8", text.offset()))
}
