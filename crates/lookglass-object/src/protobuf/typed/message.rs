//! The fields of a message, one after another.

use super::super::error::{Error, ErrorKind};
use super::super::read::{self, Lossy};
use super::value::{Raw, Single, Spot, Text};
use crate::table::{Absent, Field, Message, Shape, Slot};
use crate::wire::{Reader, Tag};

/// What stands at the reader of [`Fields`].
#[derive(Clone, Copy)]
enum Next {
    /// The first key is still to be asked for; of an object, `apiVersion` comes first.
    Start,
    ApiVersion,
    Kind,
    /// The value behind a tag.
    Wire(Tag),
    /// A value that the bytes do not hold.
    Absent,
    /// A key, or the end.
    Key,
}

/// A message that is being walked.
pub(super) struct Fields<'de> {
    message: &'static Message,
    type_meta: Option<(&'de str, &'de str)>,
    reader: Reader<'de>,
    /// The frame of `message` that `reader` walks.
    frame: u8,
    /// The readers around the inlined message that is being walked. Go inlines two levels at most.
    outer: [(Reader<'de>, u8); 2],
    inlined: usize,
    seen: u64,
    next: Next,
    /// The field whose value comes next.
    current: usize,
    /// The number of a list or map whose visitor may have left elements unread.
    rest_of_list: u32,
    /// A key was given out, and its value is being read.
    inside: bool,
}

impl<'de> Fields<'de> {
    pub(super) fn of(message: &'static Message, reader: Reader<'de>, type_meta: Option<(&'de str, &'de str)>) -> Self {
        Self {
            message,
            type_meta: type_meta.filter(|_| message.has_type_meta()),
            reader,
            frame: 0,
            outer: [(reader, 0); 2],
            inlined: 0,
            seen: 0,
            next: Next::Start,
            current: 0,
            rest_of_list: 0,
            inside: false,
        }
    }

    pub(super) fn offset(&self) -> usize {
        self.reader.offset()
    }

    fn field(&self) -> &'static Field {
        &self.message.fields()[self.current]
    }

    /// The key whose value is being read.
    pub(super) fn current_key(&self) -> Option<&'static str> {
        self.inside.then(|| match self.next {
            Next::ApiVersion => "apiVersion",
            Next::Kind => "kind",
            _ => self.field().name(),
        })
    }

    /// A list or map that was read from a copy of the reader ends here.
    pub(super) fn resume(&mut self, reader: Reader<'de>) {
        self.reader = reader;
    }

    /// The next key.
    pub(super) fn key(&mut self, lossy: &Lossy) -> Result<Option<&'static str>, Error> {
        self.inside = false;
        let key = match (self.next, self.type_meta) {
            (Next::Start, Some(_)) => {
                self.next = Next::ApiVersion;
                "apiVersion"
            }
            (Next::ApiVersion, Some(_)) => {
                self.next = Next::Kind;
                "kind"
            }
            _ => {
                self.next = Next::Key;
                if !self.advance(lossy)? && !self.absent() {
                    return Ok(None);
                }
                self.field().name()
            }
        };
        self.inside = true;
        Ok(Some(key))
    }

    /// Where the value of the key stands.
    pub(super) fn value(&mut self) -> Result<Spot<'de>, Error> {
        let field = self.field();
        let tag = match (self.next, self.type_meta) {
            (Next::ApiVersion, Some((api_version, _))) => return Ok(Spot::Text(Text::Borrowed(api_version))),
            (Next::Kind, Some((_, kind))) => return Ok(Spot::Text(Text::Borrowed(kind))),
            (Next::Wire(tag), _) => tag,
            _ => {
                let end = Reader::over(self.reader.buffer(), self.reader.offset()..self.reader.offset());
                return Ok(match field.absent() {
                    Absent::Null => Spot::Null,
                    _ => {
                        Spot::Single(Single { kind: field.kind(), message: field.message_id(), raw: Raw::Absent(end) })
                    }
                });
            }
        };
        let first = self.reader;
        Ok(match field.shape() {
            Shape::One | Shape::Pointer => {
                let raw = Raw::read(&mut self.reader, tag)?;
                Spot::Single(Single { kind: field.kind(), message: field.message_id(), raw })
            }
            shape => {
                // Whoever does not read the list to its end steps over the rest.
                self.reader.skip(tag)?;
                self.rest_of_list = tag.number;
                if shape == Shape::List { Spot::List(field, tag, first) } else { Spot::Map(field, tag, first) }
            }
        })
    }

    /// Steps to the next field that JSON would show; false at the end of the bytes.
    fn advance(&mut self, lossy: &Lossy) -> Result<bool, Error> {
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
            match self.message.frames()[usize::from(self.frame)].slot(tag.number) {
                Slot::Unknown => {
                    self.rest_of_list = 0;
                    lossy.set(true);
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
                    (self.reader, self.frame) = (inner, frame);
                }
                Slot::Field(index) => {
                    if tag.number == self.rest_of_list {
                        self.reader.skip(tag)?;
                        continue;
                    }
                    if self.seen >> index & 1 != 0 {
                        return Err(Error::scattered(offset));
                    }
                    self.seen |= 1 << index;
                    self.rest_of_list = 0;
                    self.current = usize::from(index);
                    if read::dropped(self.field(), self.reader, tag)? {
                        self.reader.skip(tag)?;
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
