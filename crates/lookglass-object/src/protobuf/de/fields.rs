//! The fields of a message, one after another.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, MapAccess};

use super::Shared;
use super::field_value::FieldValue;
use crate::protobuf::error::{Error, ErrorKind};
use crate::protobuf::{MAX_DEPTH, read};
use crate::table::{Field, Frame, Message, Slot};
use crate::wire::{Reader, Tag};

/// What stands at the reader of [`Fields`].
#[derive(Debug, Clone, Copy)]
enum Next {
    /// The first key is still to be asked for; of an object, `apiVersion` comes first.
    Start,
    /// The value of `apiVersion`, then the key `kind`.
    ApiVersion,
    /// The value of `kind`.
    Kind,
    /// The value behind a tag.
    Wire(Tag),
    /// A value that the bytes do not hold.
    Absent,
    /// A key, or the end.
    Key,
}

/// The fields of a message.
#[derive(Debug)]
pub(super) struct Fields<'a, 'de> {
    pub(super) shared: &'a Shared<'de>,
    pub(super) message: &'static Message,
    /// `apiVersion` and `kind`, if they come first.
    type_meta: Option<(&'de str, &'de str)>,
    pub(super) reader: Reader<'de>,
    /// The frame of `message` that `reader` walks.
    frame: &'static Frame,
    /// The readers around the inlined message that is being walked. Go inlines two levels at most.
    outer: [(Reader<'de>, &'static Frame); 2],
    inlined: usize,
    seen: u64,
    next: Next,
    /// The field whose value comes next.
    pub(super) current: usize,
    pub(super) depth: usize,
    /// The number of a list whose visitor may have left elements unread.
    pub(super) rest_of_list: u32,
}

impl<'a, 'de> Fields<'a, 'de> {
    #[inline]
    pub(super) fn of(
        shared: &'a Shared<'de>,
        message: &'static Message,
        reader: Reader<'de>,
        depth: usize,
    ) -> Result<Self, Error> {
        if depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), reader.offset()));
        }
        let type_meta = shared.type_meta.filter(|_| depth == shared.root && message.has_type_meta());
        let frame = &message.frames()[0];
        Ok(Self {
            shared,
            message,
            type_meta,
            reader,
            frame,
            outer: [(reader, frame); 2],
            inlined: 0,
            seen: 0,
            next: if type_meta.is_some() { Next::Start } else { Next::Key },
            current: 0,
            depth,
            rest_of_list: 0,
        })
    }

    #[inline]
    pub(super) fn field(&self) -> &'static Field {
        &self.message.fields()[self.current]
    }

    /// The next key.
    #[inline(never)]
    fn key(&mut self) -> Result<Option<&'static str>, Error> {
        match self.next {
            Next::Start => {
                self.next = Next::ApiVersion;
                return Ok(Some("apiVersion"));
            }
            Next::ApiVersion => {
                self.next = Next::Kind;
                return Ok(Some("kind"));
            }
            _ => self.next = Next::Key,
        }
        Ok(if self.advance()? || self.absent() { Some(self.field().name()) } else { None })
    }

    /// Key and value, if the value of `apiVersion` or `kind` comes next.
    #[inline]
    fn type_meta_value(&self) -> Option<(&'static str, &'de str)> {
        match self.next {
            Next::ApiVersion => self.type_meta.map(|(api_version, _)| ("apiVersion", api_version)),
            Next::Kind => self.type_meta.map(|(_, kind)| ("kind", kind)),
            _ => None,
        }
    }

    /// Steps to the next field that JSON would show; false at the end of the bytes.
    #[inline]
    fn advance(&mut self) -> Result<bool, Error> {
        loop {
            let offset = self.reader.offset();
            let Some(tag) = self.reader.tag()? else {
                if self.inlined == 0 {
                    return Ok(false);
                }
                self.rest_of_list = 0;
                self.inlined -= 1;
                (self.reader, self.frame) = self.outer[self.inlined];
                continue;
            };
            match self.frame.slot(tag.number) {
                Slot::Unknown => {
                    self.rest_of_list = 0;
                    self.shared.lossy.set(true);
                    self.reader.skip(tag)?;
                }
                Slot::Frame(frame) => {
                    self.rest_of_list = 0;
                    let inner = read::payload(&mut self.reader, Some(tag), "message")?;
                    let Some(outer) = self.outer.get_mut(self.inlined) else {
                        return Err(Error::new(ErrorKind::TooDeep(self.outer.len()), offset));
                    };
                    *outer = (self.reader, self.frame);
                    self.inlined += 1;
                    (self.reader, self.frame) = (inner, &self.message.frames()[usize::from(frame)]);
                }
                Slot::Field(index) => {
                    let field = &self.message.fields()[usize::from(index)];
                    if tag.number == self.rest_of_list || read::is_empty_list(field, &self.reader, tag) {
                        self.reader.skip(tag)?;
                        continue;
                    }
                    if self.seen >> index & 1 != 0 {
                        return Err(Error::scattered(offset));
                    }
                    self.seen |= 1 << index;
                    self.rest_of_list = 0;
                    self.current = usize::from(index);
                    if let Some(behind) = read::behind_dropped(field, self.reader, tag)? {
                        self.reader = behind;
                        continue;
                    }
                    self.next = Next::Wire(tag);
                    return Ok(true);
                }
            }
        }
    }

    /// Steps to the next field that the bytes do not hold and JSON does.
    fn absent(&mut self) -> bool {
        let missing = self.message.always() & !self.seen;
        if missing == 0 {
            return false;
        }
        self.current = missing.trailing_zeros() as usize;
        self.seen |= 1 << self.current;
        self.next = Next::Absent;
        true
    }
}

impl<'de> MapAccess<'de> for &mut Fields<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        match self.key()? {
            Some(name) => seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let offset = self.reader.offset();
        if let Some((key, text)) = self.type_meta_value() {
            let text = BorrowedStrDeserializer::<Error>::new(text);
            return seed.deserialize(text).map_err(|error| error.in_key(key).at(offset));
        }
        let field = self.field();
        let tag = if let Next::Wire(tag) = self.next { Some(tag) } else { None };
        let mut value = seed.deserialize(FieldValue { fields: self, field, tag });
        if let Err(error) = &mut value {
            error.note_key(field.name(), offset);
        }
        value
    }
}
