//! What a message holds several of: the elements of a list, the entries of a map, the schemas of a schema.

use super::super::error::Error;
use super::super::read::{self, Lossy};
use super::value::{Raw, Single, Spot, text};
use crate::table::{Field, FieldKind, Message, Table};
use crate::wire::{Reader, Tag};

/// The elements of a list, one field after another.
pub(super) struct Elements<'de> {
    field: &'static Field,
    reader: Reader<'de>,
    number: u32,
    /// The tag in front of the reader has been read.
    pending: Option<Tag>,
    packed: Option<Reader<'de>>,
    /// The list is a message of its own, in which nothing else is known.
    pub(super) wrapper: bool,
    /// How many elements have been given out.
    pub(super) count: usize,
    pub(super) inside: bool,
}

impl<'de> Elements<'de> {
    /// The list of a field; the reader stands behind the tag.
    pub(super) fn of_field(field: &'static Field, tag: Tag, reader: Reader<'de>) -> Self {
        let (number, pending) = (tag.number, Some(tag));
        Self { field, reader, number, pending, packed: None, wrapper: false, count: 0, inside: false }
    }

    /// The list that a message is in JSON.
    pub(super) fn of_wrapper(message: &'static Message, reader: Reader<'de>) -> Self {
        let field = &message.fields()[0];
        Self { field, reader, number: 1, pending: None, packed: None, wrapper: true, count: 0, inside: false }
    }

    pub(super) fn reader(&self) -> Reader<'de> {
        self.reader
    }

    pub(super) fn next(&mut self, lossy: &Lossy) -> Result<Option<Spot<'de>>, Error> {
        self.inside = false;
        loop {
            if let Some(packed) = self.packed.as_mut().filter(|packed| !packed.is_empty()) {
                (self.inside, self.count) = (true, self.count + 1);
                let raw = Raw::read(packed, read::packed_tag(self.field))?;
                return Ok(Some(self.single(raw)));
            }
            let before = self.reader;
            let tag = match self.pending.take() {
                Some(tag) => Some(tag),
                None => self.reader.tag()?,
            };
            match tag {
                None => return Ok(None),
                Some(tag) if tag.number != self.number => {
                    if !self.wrapper {
                        self.reader = before;
                        return Ok(None);
                    }
                    lossy.set(true);
                    self.reader.skip(tag)?;
                    continue;
                }
                Some(tag) if read::packs(self.field, tag) => {
                    self.packed = Some(self.reader.message()?);
                    continue;
                }
                Some(tag) => {
                    (self.inside, self.count) = (true, self.count + 1);
                    let raw = Raw::read(&mut self.reader, tag)?;
                    return Ok(Some(self.single(raw)));
                }
            }
        }
    }

    fn single(&self, raw: Raw<'de>) -> Spot<'de> {
        Spot::Single(Single { kind: self.field.kind(), message: self.field.message_id(), raw })
    }
}

/// The entries of a map, one field after another.
pub(super) struct Entries<'de> {
    field: &'static Field,
    reader: Reader<'de>,
    number: u32,
    pending: Option<Tag>,
    value: Option<Raw<'de>>,
    /// The key whose value is being read.
    pub(super) key: Option<&'de [u8]>,
}

impl<'de> Entries<'de> {
    /// The map of a field; the reader stands behind the tag.
    pub(super) fn of_field(field: &'static Field, tag: Tag, reader: Reader<'de>) -> Self {
        Self { field, reader, number: tag.number, pending: Some(tag), value: None, key: None }
    }

    pub(super) fn reader(&self) -> Reader<'de> {
        self.reader
    }

    pub(super) fn key(&mut self, lossy: &Lossy) -> Result<Option<Spot<'de>>, Error> {
        self.key = None;
        let before = self.reader;
        let tag = match self.pending.take() {
            Some(tag) => tag,
            None => match self.reader.tag()? {
                Some(tag) if tag.number == self.number => tag,
                _ => {
                    self.reader = before;
                    return Ok(None);
                }
            },
        };
        let mut entry = read::entry(read::payload(&mut self.reader, Some(tag), "map entry")?, lossy)?;
        self.key = Some(entry.key);
        self.value = Some(match entry.tag {
            Some(tag) => Raw::read(&mut entry.value, tag)?,
            None => Raw::Absent(entry.value),
        });
        Ok(Some(Spot::Text(text(entry.key))))
    }

    pub(super) fn value(&mut self) -> Option<Spot<'de>> {
        let (kind, message) = (self.field.kind(), self.field.message_id());
        Some(Spot::Single(Single { kind, message, raw: self.value.take()? }))
    }
}

/// The list in a `JSONSchemaPropsOrArray` or `...OrStringArray`.
pub(super) struct Schemas<'de> {
    pub(super) kind: FieldKind,
    pub(super) reader: Reader<'de>,
    pub(super) count: usize,
}

impl<'de> Schemas<'de> {
    pub(super) fn next(&mut self, table: &'static Table) -> Result<Option<Spot<'de>>, Error> {
        while let Some(tag) = self.reader.tag()? {
            if tag.number != 2 {
                self.reader.skip(tag)?;
                continue;
            }
            let payload = read::payload(&mut self.reader, Some(tag), "message")?;
            self.count += 1;
            return Ok(Some(match self.kind {
                FieldKind::SchemaOrArray => Spot::Message(table.schema_props(), payload, None),
                _ => Spot::Text(text(payload.rest())),
            }));
        }
        Ok(None)
    }
}
