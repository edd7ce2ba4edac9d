//! A list in protobuf.

use lookglass_object::{
    Arrival, Intake, Object, ResourceVersion, protobuf,
    wire::{Reader, WireError, WireErrorKind, WireType},
};

use super::{ItemError, LIMIT, ListError, ListHead};

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the four bytes that every body begins with.
    #[default]
    Magic,
    /// Among the fields of the envelope.
    Envelope,
    /// In the list, of which so many bytes are left.
    List(usize),
}

#[derive(Debug, Default)]
pub(super) struct Protobuf {
    bytes: Vec<u8>,
    /// How much of `bytes` has been read.
    at: usize,
    /// How much was dropped in front of `bytes`.
    offset: u64,
    place: Place,
    items: usize,
    has_list: bool,
}

/// Why a step cannot be made.
enum Refused {
    /// The rest is still to come.
    Short,
    Bad(WireError),
    /// The field reaches beyond the list that it is in.
    Beyond,
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        if error.kind == WireErrorKind::Truncated { Self::Short } else { Self::Bad(error) }
    }
}

type Sink<'s, K> = dyn FnMut(Result<Object<K>, ItemError>) + 's;

impl Protobuf {
    pub(super) fn feed<K>(
        &mut self,
        chunk: &[u8],
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        self.bytes.drain(..self.at);
        self.offset += self.at as u64;
        self.at = 0;
        self.bytes.extend_from_slice(chunk);
        loop {
            let read = match self.place {
                Place::Magic => self.magic()?,
                Place::List(0) => {
                    self.place = Place::Envelope;
                    true
                }
                Place::Envelope => self.short(|this, reader| this.envelope(reader, head))?,
                Place::List(left) => self.short(|this, reader| this.list(left, reader, head, intake, sink))?,
            };
            if !read {
                return Ok(());
            }
        }
    }

    pub(super) fn finish(&self) -> Result<(), ListError> {
        let ended = self.at == self.bytes.len() && self.place == Place::Envelope && self.has_list;
        if ended { Ok(()) } else { Err(ListError::CutOff { length: self.offset + self.bytes.len() as u64 }) }
    }

    fn magic(&mut self) -> Result<bool, ListError> {
        let there = &self.bytes[..self.bytes.len().min(protobuf::MAGIC.len())];
        if !protobuf::MAGIC.starts_with(there) {
            let reason = "it does not begin with the four bytes of the Kubernetes protobuf envelope".to_owned();
            return Err(ListError::Malformed { offset: 0, reason });
        }
        let whole = there.len() == protobuf::MAGIC.len();
        if whole {
            self.at += protobuf::MAGIC.len();
            self.place = Place::Envelope;
        }
        Ok(whole)
    }

    /// Reads with `step`, and says whether there was enough to read.
    fn short(
        &mut self,
        step: impl FnOnce(&mut Self, &mut Reader<'_>) -> Result<bool, Refused>,
    ) -> Result<bool, ListError> {
        let bytes = std::mem::take(&mut self.bytes);
        let mut reader = Reader::over(&bytes, self.at..bytes.len());
        let result = step(self, &mut reader);
        let end = reader.offset();
        let held = bytes.len() - self.at;
        self.bytes = bytes;
        match result {
            Ok(read) => {
                self.at = end;
                Ok(read)
            }
            Err(Refused::Short) if held > LIMIT => {
                Err(ListError::TooLong { offset: self.offset + self.at as u64, limit: LIMIT })
            }
            Err(Refused::Short) => Ok(false),
            Err(Refused::Bad(error)) => {
                Err(ListError::Malformed { offset: self.offset + error.offset as u64, reason: error.kind.to_string() })
            }
            Err(Refused::Beyond) => Err(ListError::Malformed {
                offset: self.offset + self.at as u64,
                reason: "a field reaches beyond the list that it is in".to_owned(),
            }),
        }
    }

    /// A field of the envelope; of the list itself only how long it is.
    fn envelope(&mut self, reader: &mut Reader<'_>, head: &mut ListHead) -> Result<bool, Refused> {
        let Some(tag) = reader.tag()? else { return Ok(false) };
        match (tag.number, tag.wire) {
            (1, WireType::Bytes) => {
                head.kind = kind(reader.message()?).map_err(Refused::Bad)?;
            }
            (2, WireType::Bytes) => {
                let length = reader.varint()?;
                self.has_list = true;
                self.place = Place::List(usize::try_from(length).unwrap_or(usize::MAX));
            }
            _ => reader.skip(tag)?,
        }
        Ok(true)
    }

    /// A field of the list.
    fn list<K>(
        &mut self,
        left: usize,
        reader: &mut Reader<'_>,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<bool, Refused> {
        let start = reader.offset();
        let Some(tag) = reader.tag()? else { return Ok(false) };
        match (tag.number, tag.wire) {
            (1, WireType::Bytes) => metadata(reader.message()?, head).map_err(Refused::Bad)?,
            (2, WireType::Bytes) => {
                let item = intake.protobuf(reader.bytes()?, Arrival::Listed);
                sink(item.map_err(|source| ItemError { index: self.items, source }));
                self.items += 1;
            }
            _ => reader.skip(tag)?,
        }
        let read = reader.offset() - start;
        self.place = Place::List(left.checked_sub(read).ok_or(Refused::Beyond)?);
        Ok(true)
    }
}

/// The kind that the envelope's type says.
fn kind(mut reader: Reader<'_>) -> Result<String, WireError> {
    let mut kind = String::new();
    while let Some(tag) = reader.tag()? {
        match (tag.number, tag.wire) {
            (2, WireType::Bytes) => kind = String::from_utf8_lossy(reader.bytes()?).into_owned(),
            _ => reader.skip(tag)?,
        }
    }
    Ok(kind)
}

fn metadata(mut reader: Reader<'_>, head: &mut ListHead) -> Result<(), WireError> {
    while let Some(tag) = reader.tag()? {
        match (tag.number, tag.wire) {
            (2, WireType::Bytes) => {
                head.version = ResourceVersion::from(&*String::from_utf8_lossy(reader.bytes()?));
            }
            (3, WireType::Bytes) => {
                let token = String::from_utf8_lossy(reader.bytes()?).into_owned();
                head.continue_token = (!token.is_empty()).then_some(token);
            }
            (4, WireType::Varint) => head.remaining = Some(reader.varint()?),
            _ => reader.skip(tag)?,
        }
    }
    Ok(())
}
