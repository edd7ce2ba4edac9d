//! A list in JSON.

use lookglass_object::{
    Arrival, Intake, Object, ResourceVersion,
    json::{JsonError, JsonErrorKind, Reader, Sort},
};
use serde::Deserialize;

use super::{ItemError, LIMIT, ListError, ListHead};

/// Where in the list the reading stands.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the brace that opens it.
    #[default]
    Start,
    /// Among its members, of which none has been read yet.
    FirstMember,
    /// Among its members.
    Members,
    /// In `items`, of which none has been read yet.
    FirstItem,
    /// In `items`.
    Items,
    /// Behind the brace that closes it.
    End,
}

#[derive(Debug, Default)]
pub(super) struct Json {
    text: String,
    /// How much of `text` has been read.
    at: usize,
    /// The beginning of a character whose rest is in the next chunk.
    half: Vec<u8>,
    /// How much was dropped in front of `text`.
    offset: u64,
    place: Place,
    items: usize,
    has_items: bool,
    /// Below this length of `text` nothing new can be read: a large item is not there yet.
    wanted: usize,
}

/// What is less than this is looked at again with each chunk.
const SMALL: usize = 32 << 10;

type Sink<'s, K> = dyn FnMut(Result<Object<K>, ItemError>) + 's;

/// Whether there was something to read.
#[derive(PartialEq)]
enum Step {
    Read,
    Short,
}

impl Json {
    pub(super) fn feed<K>(
        &mut self,
        chunk: &[u8],
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        self.take(chunk)?;
        if self.text.len() >= self.wanted {
            self.read(head, intake, sink)?;
        }
        Ok(())
    }

    pub(super) fn finish<K>(
        &mut self,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        if self.place != Place::End {
            self.read(head, intake, sink)?;
        }
        let length = self.offset + (self.text.len() + self.half.len()) as u64;
        if self.place != Place::End || !self.half.is_empty() {
            return Err(ListError::CutOff { length });
        }
        if self.has_items || head.kind.ends_with("List") {
            return Ok(());
        }
        Err(ListError::NotAList { kind: std::mem::take(&mut head.kind) })
    }

    /// Adds a chunk to the text; what it ends with of a character waits for its rest.
    fn take(&mut self, mut chunk: &[u8]) -> Result<(), ListError> {
        self.text.drain(..self.at);
        self.offset += self.at as u64;
        self.wanted -= self.at.min(self.wanted);
        self.at = 0;
        let mut whole = Vec::new();
        if !self.half.is_empty() {
            let missing = width(self.half[0]).saturating_sub(self.half.len()).min(chunk.len());
            self.half.extend_from_slice(&chunk[..missing]);
            chunk = &chunk[missing..];
            if self.half.len() < width(self.half[0]) {
                return Ok(());
            }
            std::mem::swap(&mut whole, &mut self.half);
        }
        self.push(&whole)?;
        self.push(chunk)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        match str::from_utf8(bytes) {
            Ok(text) => self.text.push_str(text),
            Err(error) => {
                let (good, rest) = bytes.split_at(error.valid_up_to());
                self.text.push_str(str::from_utf8(good).unwrap_or_default());
                if error.error_len().is_some() {
                    return Err(self.malformed(self.text.len(), JsonErrorKind::Utf8));
                }
                self.half.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    fn read<K>(
        &mut self,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        loop {
            let rest = &self.text[self.at..];
            let blank = rest.len() - rest.trim_ascii_start().len();
            self.at += blank;
            let Some(&byte) = self.text.as_bytes().get(self.at) else { return Ok(()) };
            let step = match (self.place, byte) {
                (Place::Start, b'{') => self.pass(Place::FirstMember),
                (Place::FirstMember | Place::Members, b'}') => self.pass(Place::End),
                (Place::FirstMember, _) => self.member(self.at, head)?,
                (Place::Members, b',') => self.member(self.at + 1, head)?,
                (Place::FirstItem | Place::Items, b']') => self.pass(Place::Members),
                (Place::FirstItem, _) => self.item(self.at, intake, sink)?,
                (Place::Items, b',') => self.item(self.at + 1, intake, sink)?,
                (Place::Start, _) => return Err(self.expected("an object")),
                (Place::Members | Place::Items, _) => return Err(self.expected("a comma or the end")),
                (Place::End, _) => return Err(self.malformed(self.at, JsonErrorKind::Trailing)),
            };
            if step == Step::Short {
                let held = self.text.len() - self.at;
                if held > LIMIT {
                    return Err(ListError::TooLong { offset: self.offset + self.at as u64, limit: LIMIT });
                }
                // Reading a large item again only when it has doubled keeps the work in proportion to its size.
                self.wanted = if held < SMALL { 0 } else { self.at + 2 * held };
                return Ok(());
            }
            self.wanted = 0;
        }
    }

    fn pass(&mut self, place: Place) -> Step {
        self.at += 1;
        self.place = place;
        Step::Read
    }

    fn item<K>(&mut self, start: usize, intake: &mut Intake<K>, sink: &mut Sink<'_, K>) -> Result<Step, ListError> {
        let rest = &self.text[start..];
        let start = start + (rest.len() - rest.trim_ascii_start().len());
        let taken = intake.json_prefix(&self.text[start..], Arrival::Listed);
        let taken = taken.map_err(|error| ListError::Malformed {
            offset: self.offset + start as u64,
            reason: format!("item {}: {error}", self.items),
        })?;
        let Some((object, length)) = taken else { return Ok(Step::Short) };
        sink(object.map_err(|source| ItemError { index: self.items, source }));
        self.items += 1;
        self.at = start + length;
        self.place = Place::Items;
        Ok(Step::Read)
    }

    /// Reads a member; of `items` only the bracket.
    fn member(&mut self, start: usize, head: &mut ListHead) -> Result<Step, ListError> {
        let mut reader = Reader::new(&self.text[start..]);
        let mut read = || {
            let name = reader.string()?.decode()?;
            reader.colon()?;
            if name == "items" {
                self.has_items = true;
                if reader.peek()? == Sort::Array {
                    reader.array()?;
                    return Ok(Some(Place::FirstItem));
                }
            }
            let value = reader.skip()?;
            if reader.offset() == self.text.len() - start {
                // A number might go on in the next chunk; after any other value something must follow, too.
                return Ok(None);
            }
            let value = reader.text(value);
            match &*name {
                "kind" => head.kind = serde_json::from_str(value).unwrap_or_default(),
                "metadata" => note(value, head),
                _ => {}
            }
            Ok(Some(Place::Members))
        };
        match read() {
            Ok(Some(place)) => {
                self.at = start + reader.offset();
                self.place = place;
                Ok(Step::Read)
            }
            Ok(None) | Err(JsonError { kind: JsonErrorKind::Truncated, .. }) => Ok(Step::Short),
            Err(error) => Err(self.malformed(start + error.offset, error.kind)),
        }
    }

    fn expected(&self, what: &'static str) -> ListError {
        self.malformed(self.at, JsonErrorKind::Expected(what))
    }

    fn malformed(&self, at: usize, kind: JsonErrorKind) -> ListError {
        ListError::Malformed { offset: self.offset + at as u64, reason: kind.to_string() }
    }
}

/// How many bytes a character has, by its first.
fn width(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    resource_version: Option<String>,
    r#continue: Option<String>,
    remaining_item_count: Option<u64>,
}

fn note(metadata: &str, head: &mut ListHead) {
    let read: Metadata = serde_json::from_str(metadata).unwrap_or_default();
    head.version = ResourceVersion::from(read.resource_version.unwrap_or_default().as_str());
    head.continue_token = read.r#continue.filter(|token| !token.is_empty());
    head.remaining = read.remaining_item_count;
}
