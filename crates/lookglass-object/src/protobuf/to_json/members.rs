//! The members of an object, in JSON's order.

use super::Writer;
use crate::protobuf::error::{Error, ErrorKind};
use crate::protobuf::{MAX_DEPTH, put, read};
use crate::table::{Absent, Field, MAX_FIELDS, Message, Shape, Slot};
use crate::wire::{Reader, Tag};

/// An object that is being written.
struct Object {
    message: &'static Message,
    /// Where in the output its first member stands.
    start: usize,
    /// The index of the first field that may come yet.
    next: usize,
    /// The bits of the fields that JSON holds and that have not been written.
    missing: u64,
    depth: usize,
}

/// Where the values of a message's fields stand: the first one's tag, and the end of what holds it.
struct Places {
    spans: [(u32, u32); MAX_FIELDS],
    seen: u64,
}

impl Places {
    /// Stands before the first tag of a field that was seen.
    fn reader<'a>(&self, index: usize, whole: Reader<'a>) -> Reader<'a> {
        let (place, end) = self.spans[index];
        Reader::over(whole.buffer(), place as usize..end as usize)
    }
}

impl Writer<'_> {
    pub(super) fn message(
        &mut self,
        message: &'static Message,
        reader: Reader<'_>,
        type_meta: Option<(&str, &str)>,
        depth: usize,
    ) -> Result<(), Error> {
        if depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), reader.offset()));
        }
        if self.out.len() > self.limit {
            return Err(Error::new(ErrorKind::TooLarge(self.limit), reader.offset()));
        }
        if message.is_wrapper() {
            return self.wrapper(&message.fields()[0], reader, depth);
        }
        self.out.push(b'{');
        let start = self.out.len();
        if let Some((api_version, kind)) = type_meta.filter(|_| message.has_type_meta()) {
            self.out.extend_from_slice(b"\"kind\":");
            put::put_string(self.out, kind.as_bytes());
            self.out.extend_from_slice(b",\"apiVersion\":");
            put::put_string(self.out, api_version.as_bytes());
        }
        if message.is_ordered() {
            let mut object = Object { message, start, next: 0, missing: message.always(), depth };
            self.in_order(&mut object, 0, reader)?;
            self.missing(&mut object, u64::MAX)?;
        } else {
            self.by_places(message, start, reader, depth)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Writes the only list of a message as that list.
    fn wrapper(&mut self, field: &'static Field, mut reader: Reader<'_>, depth: usize) -> Result<(), Error> {
        self.out.push(b'[');
        let mut index = 0_usize;
        while let Some(tag) = reader.tag()? {
            if tag.number == field.number() {
                self.elements(field, &mut reader, tag, depth, &mut index)?;
            } else {
                self.lossy.set(true);
                reader.skip(tag)?;
            }
        }
        self.out.push(b']');
        Ok(())
    }

    /// Writes the members of an object as its fields come; out of order, they are to be sorted first.
    fn in_order(&mut self, object: &mut Object, frame: usize, mut reader: Reader<'_>) -> Result<(), Error> {
        let message = object.message;
        let slots = &message.frames()[frame];
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { return Ok(()) };
            let index = match slots.slot(tag.number) {
                Slot::Field(index) => usize::from(index),
                Slot::Frame(inner) => {
                    let inlined = read::payload(&mut reader, Some(tag), "message")?;
                    // Go inlines two levels, and the table is finite: this ends.
                    self.in_order(object, usize::from(inner), inlined)?;
                    continue;
                }
                Slot::Unknown => {
                    self.lossy.set(true);
                    reader.skip(tag)?;
                    continue;
                }
            };
            let field = &message.fields()[index];
            if read::is_empty_list(field, &reader, tag) {
                reader.skip(tag)?;
                continue;
            }
            if index < object.next {
                return Err(Error::scattered(start));
            }
            object.next = index + 1;
            let below = (1_u64 << index) - 1;
            if object.missing & below != 0 {
                self.missing(object, below)?;
            }
            object.missing &= !(1 << index);
            if read::dropped(field, reader, tag)? {
                reader.skip(tag)?;
                continue;
            }
            self.key(field, object.start);
            self.value(field, &mut reader, tag, object.depth)?;
        }
    }

    /// Writes the value of a field, whose first tag has been read.
    #[inline]
    fn value(&mut self, field: &'static Field, reader: &mut Reader<'_>, tag: Tag, depth: usize) -> Result<(), Error> {
        let offset = reader.offset();
        let written = match field.shape() {
            Shape::List => self.list(field, reader, tag, depth),
            Shape::Map => self.map(field, reader, tag, depth),
            _ => self.single(field.kind(), field.message_id(), reader, Some(tag), depth),
        };
        written.map_err(|error| error.in_key(field.name()).at(offset))
    }

    /// Writes the members that JSON holds and the bytes do not, of those among `which`.
    fn missing(&mut self, object: &mut Object, which: u64) -> Result<(), Error> {
        let mut missing = object.missing & which;
        object.missing &= !which;
        while missing != 0 {
            let field = &object.message.fields()[missing.trailing_zeros() as usize];
            missing &= missing - 1;
            self.absent(field, object.start, object.depth)?;
        }
        Ok(())
    }

    /// Writes a member that the bytes do not hold.
    fn absent(&mut self, field: &'static Field, start: usize, depth: usize) -> Result<(), Error> {
        self.key(field, start);
        self.zero(field, depth)
    }

    /// Writes what JSON shows of a field that the bytes do not hold.
    fn zero(&mut self, field: &'static Field, depth: usize) -> Result<(), Error> {
        if field.absent() == Absent::Null {
            self.null();
            return Ok(());
        }
        self.single(field.kind(), field.message_id(), &mut Reader::new(&[]), None, depth)
            .map_err(|error| error.in_key(field.name()))
    }

    /// Writes a member's key, behind a comma unless it is the first since `start`.
    #[inline]
    fn key(&mut self, field: &Field, start: usize) {
        let first = usize::from(self.out.len() == start);
        self.out.extend_from_slice(&field.key().as_bytes()[first..]);
    }

    /// Writes the members of an object whose fields stand in another order than its JSON wants.
    fn by_places(
        &mut self,
        message: &'static Message,
        start: usize,
        reader: Reader<'_>,
        depth: usize,
    ) -> Result<(), Error> {
        let mut places = Places { spans: [(0, 0); MAX_FIELDS], seen: 0 };
        self.place(message, 0, reader, &mut places)?;
        let mut shown = places.seen | message.always();
        while shown != 0 {
            let index = shown.trailing_zeros() as usize;
            shown &= shown - 1;
            let field = &message.fields()[index];
            if places.seen >> index & 1 == 0 {
                self.absent(field, start, depth)?;
                continue;
            }
            let mut at = places.reader(index, reader);
            let Some(tag) = at.tag()? else { continue };
            if read::dropped(field, at, tag)? {
                continue;
            }
            self.key(field, start);
            self.value(field, &mut at, tag, depth)?;
        }
        Ok(())
    }

    /// Writes the value of one field of a message, if JSON shows it.
    pub(super) fn member(
        &mut self,
        message: &'static Message,
        index: usize,
        reader: Reader<'_>,
    ) -> Result<Option<()>, Error> {
        let mut places = Places { spans: [(0, 0); MAX_FIELDS], seen: 0 };
        self.place(message, 0, reader, &mut places)?;
        let field = &message.fields()[index];
        if places.seen >> index & 1 == 0 {
            let shown = message.always() >> index & 1 != 0;
            return shown.then(|| self.zero(field, 0)).transpose();
        }
        let mut at = places.reader(index, reader);
        match at.tag()? {
            Some(tag) if !read::dropped(field, at, tag)? => self.value(field, &mut at, tag, 0).map(Some),
            _ => Ok(None),
        }
    }

    /// Notes where the fields stand.
    #[inline]
    fn place(&self, message: &Message, frame: usize, mut reader: Reader<'_>, places: &mut Places) -> Result<(), Error> {
        let frames = message.frames();
        let mut last = MAX_FIELDS;
        loop {
            let start = reader.offset();
            let Some(tag) = reader.tag()? else { return Ok(()) };
            match frames[frame].slot(tag.number) {
                Slot::Field(index) => {
                    let index = usize::from(index);
                    let empty = read::is_empty_list(&message.fields()[index], &reader, tag);
                    reader.skip(tag)?;
                    if empty {
                        continue;
                    }
                    if places.seen >> index & 1 == 0 {
                        places.seen |= 1 << index;
                        places.spans[index] = (start as u32, reader.end() as u32);
                    } else if index != last || matches!(message.fields()[index].shape(), Shape::One | Shape::Pointer) {
                        return Err(Error::scattered(start));
                    }
                    last = index;
                }
                Slot::Frame(inner) => {
                    let inlined = read::payload(&mut reader, Some(tag), "message")?;
                    // Go inlines two levels, and the table is finite: this ends.
                    self.place(message, usize::from(inner), inlined, places)?;
                    last = MAX_FIELDS;
                }
                Slot::Unknown => {
                    self.lossy.set(true);
                    reader.skip(tag)?;
                    last = MAX_FIELDS;
                }
            }
        }
    }
}
