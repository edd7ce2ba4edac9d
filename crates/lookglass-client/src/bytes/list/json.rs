//! A list in JSON.

use lookglass_object::{
    Arrival, Encoding, Intake, Object, ResourceVersion,
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
    /// What one chunk began and another ends: nothing else is copied before it is read.
    begun: String,
    /// Below this length of `begun` it is not looked at: something large is not there yet.
    wanted: usize,
    /// The beginning of a character whose rest is in the next chunk.
    half: Vec<u8>,
    /// How much was read before what is read next.
    offset: u64,
    place: Place,
    items: usize,
    has_items: bool,
}

/// How much is taken at a time to find the end of what was begun: what most objects are smaller than. What is too much costs a copy, what is too little a scan.
const STEP: usize = 16 << 10;

/// What is less than this is looked at again whenever more of it comes.
const SMALL: usize = 32 << 10;

type Sink<'s, K> = dyn FnMut(Result<Object<K>, ItemError>) + 's;

/// What there was to read.
enum Step {
    /// One character.
    Passed,
    /// A value, up to here.
    Read(usize),
    /// A value whose end is still to come.
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
        let mut chunk = chunk;
        if !self.half.is_empty() {
            let missing = width(self.half[0]).saturating_sub(self.half.len()).min(chunk.len());
            self.half.extend_from_slice(&chunk[..missing]);
            chunk = &chunk[missing..];
            if self.half.len() < width(self.half[0]) {
                return Ok(());
            }
            let whole = std::mem::take(&mut self.half);
            self.text(&whole, head, intake, sink)?;
        }
        self.text(chunk, head, intake, sink)
    }

    pub(super) fn finish<K>(
        &mut self,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        // What was not looked at again because it had not doubled.
        let begun = std::mem::take(&mut self.begun);
        let read = self.read(&begun, begun.len(), head, intake, sink)?;
        self.begun.push_str(&begun[read..]);
        let length = self.offset + (self.begun.len() + self.half.len()) as u64;
        if self.place != Place::End || !self.begun.is_empty() || !self.half.is_empty() {
            return Err(ListError::CutOff { length });
        }
        if self.has_items || head.kind.ends_with("List") {
            return Ok(());
        }
        Err(ListError::NotAList { kind: std::mem::take(&mut head.kind) })
    }

    /// Takes bytes that begin with a character; what they end with of one waits for its rest.
    fn text<K>(
        &mut self,
        bytes: &[u8],
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        match str::from_utf8(bytes) {
            Ok(text) => self.take(text, head, intake, sink),
            Err(error) => {
                let (good, rest) = bytes.split_at(error.valid_up_to());
                self.take(str::from_utf8(good).unwrap_or_default(), head, intake, sink)?;
                if error.error_len().is_some() {
                    return Err(self.malformed(self.begun.len(), JsonErrorKind::Utf8));
                }
                self.half.extend_from_slice(rest);
                Ok(())
            }
        }
    }

    fn take<K>(
        &mut self,
        mut text: &str,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<(), ListError> {
        while !self.begun.is_empty() && !text.is_empty() {
            let missing = self.wanted.saturating_sub(self.begun.len()).max(STEP);
            let more = (missing..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
            let before = self.begun.len();
            self.begun.push_str(&text[..more]);
            if self.begun.len() < self.wanted {
                return Ok(());
            }
            let mut begun = std::mem::take(&mut self.begun);
            let read = self.read(&begun, before, head, intake, sink)?;
            if read >= before {
                // What follows stands in the text as well, where it need not be copied to be read.
                text = &text[read - before..];
                begun.clear();
            } else {
                text = &text[more..];
                begun.drain(..read);
            }
            self.begin(begun);
        }
        let read = self.read(text, text.len(), head, intake, sink)?;
        let mut begun = std::mem::take(&mut self.begun);
        begun.push_str(&text[read..]);
        self.begin(begun);
        Ok(())
    }

    fn begin(&mut self, begun: String) {
        // Looking at something large only when it has doubled keeps the work in proportion to its size.
        self.wanted = if begun.len() < SMALL { 0 } else { 2 * begun.len() };
        self.begun = begun;
    }

    /// Reads what is whole and begins before `until`, and says how much that was.
    fn read<K>(
        &mut self,
        text: &str,
        until: usize,
        head: &mut ListHead,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<usize, ListError> {
        let mut at = 0;
        loop {
            let rest = &text[at..];
            at += rest.len() - rest.trim_ascii_start().len();
            let Some(&byte) = text.as_bytes()[..until].get(at) else { break };
            let step = match (self.place, byte) {
                (Place::Start, b'{') => self.pass(Place::FirstMember),
                (Place::FirstMember | Place::Members, b'}') => self.pass(Place::End),
                (Place::FirstMember, _) => self.member(text, at, head)?,
                (Place::Members, b',') => self.member(text, at + 1, head)?,
                (Place::FirstItem | Place::Items, b']') => self.pass(Place::Members),
                (Place::FirstItem, _) => self.item(text, at, intake, sink)?,
                (Place::Items, b',') => self.item(text, at + 1, intake, sink)?,
                (Place::Start, _) => return Err(self.expected(at, "an object")),
                (Place::Members | Place::Items, _) => return Err(self.expected(at, "a comma or the end")),
                (Place::End, _) => return Err(self.malformed(at, JsonErrorKind::Trailing)),
            };
            at = match step {
                Step::Passed => at + 1,
                Step::Read(end) => end,
                Step::Short if text.len() - at > LIMIT => {
                    return Err(ListError::TooLong { offset: self.offset + at as u64, limit: LIMIT });
                }
                Step::Short => break,
            };
        }
        self.offset += at as u64;
        Ok(at)
    }

    fn pass(&mut self, place: Place) -> Step {
        self.place = place;
        Step::Passed
    }

    fn item<K>(
        &mut self,
        text: &str,
        start: usize,
        intake: &mut Intake<K>,
        sink: &mut Sink<'_, K>,
    ) -> Result<Step, ListError> {
        let rest = text[start..].trim_ascii_start();
        let start = text.len() - rest.len();
        let taken = intake.json_prefix(rest, Arrival::Listed);
        let taken = taken.map_err(|error| ListError::Malformed {
            offset: self.offset + start as u64,
            reason: format!("item {}: {error}", self.items),
        })?;
        let Some((object, length)) = taken else { return Ok(Step::Short) };
        let bytes = &rest.as_bytes()[..length];
        sink(object.map_err(|source| ItemError::new(self.items, bytes, Encoding::Json, intake, source)));
        self.items += 1;
        self.place = Place::Items;
        Ok(Step::Read(start + length))
    }

    /// Reads a member; of `items` only the bracket.
    fn member(&mut self, text: &str, start: usize, head: &mut ListHead) -> Result<Step, ListError> {
        let mut reader = Reader::new(&text[start..]);
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
            if reader.offset() == text.len() - start {
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
                self.place = place;
                Ok(Step::Read(start + reader.offset()))
            }
            Ok(None) | Err(JsonError { kind: JsonErrorKind::Truncated, .. }) => Ok(Step::Short),
            Err(error) => Err(self.malformed(start + error.offset, error.kind)),
        }
    }

    fn expected(&self, at: usize, what: &'static str) -> ListError {
        self.malformed(at, JsonErrorKind::Expected(what))
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
