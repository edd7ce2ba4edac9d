//! A list in protobuf.

use lookglass_object::{
    Arrival, Encoding, Intake, Object, ResourceVersion, protobuf,
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
    /// What one chunk began and another ends: nothing else is copied before it is read.
    begun: Vec<u8>,
    /// How long `begun` must become before more of it can be read; 0 while that is not known.
    wanted: usize,
    /// How much was read before what is read next.
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

/// How much is taken at a time to see how long a field is: more than its tag and its length.
const HEAD: usize = 16;

impl Protobuf {
    pub(super) fn feed<K>(
        &mut self,
        mut chunk: &[u8],
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        while !self.begun.is_empty() && !chunk.is_empty() {
            let missing = if self.wanted == 0 { HEAD } else { self.wanted.saturating_sub(self.begun.len()) };
            let (rest, behind) = chunk.split_at(missing.min(chunk.len()));
            self.begun.extend_from_slice(rest);
            chunk = behind;
            if self.begun.len() < self.wanted {
                return Ok(());
            }
            let mut begun = std::mem::take(&mut self.begun);
            let read = self.read(&begun, head, intake, sink)?;
            begun.drain(..read);
            self.begun = begun;
        }
        let read = self.read(chunk, head, intake, sink)?;
        self.begun.extend_from_slice(&chunk[read..]);
        Ok(())
    }

    /// Reads what is whole, and says how much that was.
    fn read<K>(
        &mut self,
        bytes: &[u8],
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<usize, ListError> {
        let mut at = 0;
        while at < bytes.len() {
            let mut reader = Reader::over(bytes, at..bytes.len());
            let step = match self.place {
                Place::Magic => self.magic(&mut reader)?,
                Place::List(0) => {
                    self.place = Place::Envelope;
                    Ok(())
                }
                Place::Envelope => self.envelope(&mut reader, head),
                Place::List(left) => self.list(left, &mut reader, head, intake, sink),
            };
            match step {
                Ok(()) => at = reader.offset(),
                Err(Refused::Short) => {
                    let rest = &bytes[at..];
                    self.wanted = whole(rest).unwrap_or(0);
                    if self.wanted > LIMIT {
                        return Err(ListError::TooLong { offset: self.offset + at as u64, limit: LIMIT });
                    }
                    break;
                }
                Err(Refused::Bad(error)) => return Err(self.malformed(error.offset, error.kind.to_string())),
                Err(Refused::Beyond) => {
                    return Err(self.malformed(at, "a field reaches beyond the list that it is in".to_owned()));
                }
            }
        }
        self.offset += at as u64;
        Ok(at)
    }

    pub(super) fn finish(&self) -> Result<(), ListError> {
        let ended = self.begun.is_empty() && matches!(self.place, Place::Envelope | Place::List(0)) && self.has_list;
        if ended { Ok(()) } else { Err(ListError::CutOff { length: self.offset + self.begun.len() as u64 }) }
    }

    fn malformed(&self, at: usize, reason: String) -> ListError {
        ListError::Malformed { offset: self.offset + at as u64, reason }
    }

    fn magic(&mut self, reader: &mut Reader<'_>) -> Result<Result<(), Refused>, ListError> {
        let there = &reader.rest()[..reader.rest().len().min(protobuf::MAGIC.len())];
        if !protobuf::MAGIC.starts_with(there) {
            let reason = "it does not begin with the four bytes of the Kubernetes protobuf envelope".to_owned();
            return Err(self.malformed(0, reason));
        }
        if there.len() < protobuf::MAGIC.len() {
            return Ok(Err(Refused::Short));
        }
        *reader = Reader::over(reader.buffer(), reader.offset() + there.len()..reader.end());
        self.place = Place::Envelope;
        Ok(Ok(()))
    }

    /// A field of the envelope; of the list itself only how long it is.
    fn envelope(&mut self, reader: &mut Reader<'_>, head: &mut ListHead) -> Result<(), Refused> {
        let tag = reader.tag()?.ok_or(Refused::Short)?;
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
        Ok(())
    }

    /// A field of the list.
    fn list<K>(
        &mut self,
        left: usize,
        reader: &mut Reader<'_>,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), Refused> {
        let start = reader.offset();
        if whole(reader.rest()).is_some_and(|length| length > left) {
            return Err(Refused::Beyond);
        }
        let tag = reader.tag()?.ok_or(Refused::Short)?;
        match (tag.number, tag.wire) {
            (1, WireType::Bytes) => metadata(reader.message()?, head).map_err(Refused::Bad)?,
            (2, WireType::Bytes) => {
                let bytes = reader.bytes()?;
                let item = intake.protobuf(bytes, Arrival::Listed);
                sink(item.map_err(|source| ItemError::new(self.items, bytes, Encoding::Protobuf, intake, source)));
                self.items += 1;
            }
            _ => reader.skip(tag)?,
        }
        let read = reader.offset() - start;
        self.place = Place::List(left.checked_sub(read).ok_or(Refused::Beyond)?);
        Ok(())
    }
}

/// How long the field is that `bytes` begin with, if that is said there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let mut reader = Reader::new(bytes);
    let tag = reader.tag().ok().flatten().filter(|tag| tag.wire == WireType::Bytes);
    let length = tag.and_then(|_| reader.varint().ok())?;
    Some(usize::try_from(length).unwrap_or(usize::MAX).saturating_add(reader.offset()))
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
