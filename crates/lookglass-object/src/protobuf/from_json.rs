//! JSON to protobuf.
//!
//! The text is read once into a tape of its values' places; then the message is written backwards, field by field in
//! descending order of numbers, so that the length of what is nested is always known.

use std::borrow::Cow;
use std::ops::Range;

use super::back::Back;
use super::error::{Error, ErrorKind, PathStep, path_text};
use super::tape::{self, Node, Tape};
use super::text::Type;
use super::{MAX_DEPTH, MAX_INPUT, check, read, time};
use crate::table::{Field, FieldKind, MAX_FIELDS, Message, PlainZero, Shape, Slot, Table};
use crate::wire::WireType;

/// What becomes of plain values that are zero or not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Zeros {
    /// Written, as Go does: for where bytes are compared or handed to others.
    Written,
    /// Left out, which reads the same and is smaller: for storage.
    LeftOut,
}

/// What a strict reader holds against a JSON text that was nevertheless read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Kubernetes' strict decoding knows these two")]
pub enum Strict {
    /// A field that the struct does not have; its path.
    Unknown(String),
    /// A field or a map's key that came before; its path. The last one counts.
    Duplicate(String),
}

impl std::fmt::Display for Strict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(path) => write!(f, "unknown field {path:?}"),
            Self::Duplicate(path) => write!(f, "duplicate field {path:?}"),
        }
    }
}

/// After so many a strict reader has heard enough; it is what a Kubernetes API server reports at most.
const MAX_STRICT: usize = 100;

/// apiVersion and kind as a JSON object says them; empty when it does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TypeMeta {
    /// `v1`, `apps/v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

/// Appends the protobuf of a JSON text. A shorthand for a [`FromJson`] used once.
///
/// # Errors
///
/// As for [`FromJson::write`].
pub fn from_json(message: &'static Message, json: &[u8], zeros: Zeros, out: &mut Vec<u8>) -> Result<(), Error> {
    let mut from = FromJson::new();
    from.read(json)?;
    from.write(message, zeros, None, out)
}

/// Turns JSON texts into protobuf, one after another; kept between texts, it allocates only to grow.
///
/// [`read`](Self::read) a text, ask for its [`type_meta`](Self::type_meta) if the kind is not known, then
/// [`write`](Self::write). Texts in which bytes are not UTF-8 are read as Go reads them: each such byte as a replacement
/// character.
///
/// ```
/// use lookglass_object::protobuf::{FromJson, Zeros, to_json};
/// use lookglass_object::table::Table;
///
/// let mut from = FromJson::new();
/// from.read(br#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#)?;
/// let meta = from.type_meta();
/// let kind = Table::builtin().kind_of(&meta.api_version, &meta.kind).expect("a built-in kind");
/// let mut bytes = Vec::new();
/// from.write(kind.message(), Zeros::Written, None, &mut bytes)?;
///
/// let mut json = Vec::new();
/// to_json(kind.message(), &bytes, None, &mut json)?;
/// assert_eq!(json, br#"{"metadata":{"name":"a"},"data":{"k":"v"}}"#);
/// # Ok::<(), lookglass_object::protobuf::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FromJson {
    text: Vec<u8>,
    tape: Tape,
    out: Back,
    scratch: Vec<u32>,
}

impl FromJson {
    /// A converter with empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a JSON text; all of it must be JSON, whatever the kind.
    ///
    /// # Errors
    ///
    /// The text is not JSON, nested too deep, or of 4 GiB and more.
    pub fn read(&mut self, json: &[u8]) -> Result<(), Error> {
        self.text.clear();
        if json.len() > MAX_INPUT {
            return Err(Error::of_kind(ErrorKind::TooLarge(MAX_INPUT)));
        }
        match std::str::from_utf8(json) {
            Ok(_) => self.text.extend_from_slice(json),
            Err(_) => self.text = read::repaired(json).into_bytes(),
        }
        let read = self.tape.read(&self.text);
        if read.is_err() {
            self.text.clear();
        }
        read.map_err(|(what, at)| Error::json(what, at))
    }

    /// What the text says it is.
    #[must_use]
    pub fn type_meta(&self) -> TypeMeta {
        let mut meta = TypeMeta::default();
        if self.text.is_empty() {
            return meta;
        }
        for (key, value) in Members::of(&self.tape, 0) {
            let slot = match &self.text[range(self.tape.node(key))] {
                b"apiVersion" => &mut meta.api_version,
                b"kind" => &mut meta.kind,
                _ => continue,
            };
            let value = self.tape.node(value);
            if value.kind == Type::String {
                *slot = String::from_utf8_lossy(&tape::string_of(&self.text, value)).into_owned();
            }
        }
        meta
    }

    /// Appends the protobuf of the text that was read. `strict` gathers what a strict reader holds against it: fields that
    /// the struct does not have, and what came twice; without it both are passed over. Names of fields are compared with
    /// their case.
    ///
    /// # Errors
    ///
    /// A value of the wrong type, in the words of a Kubernetes API server; a time, number or base64 that is none; a kind
    /// without protobuf. After an error `out` is as it was.
    pub fn write(
        &mut self,
        message: &'static Message,
        zeros: Zeros,
        strict: Option<&mut Vec<Strict>>,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        check(message, &[])?;
        if self.text.is_empty() {
            return Err(Error::json("no text was read", 0));
        }
        self.out.clear();
        self.scratch.clear();
        let limit = self.text.len().saturating_mul(64).saturating_add(1 << 20);
        let mut writer = Writer {
            table: Table::builtin(),
            text: &self.text,
            tape: &self.tape,
            out: &mut self.out,
            scratch: &mut self.scratch,
            exact: zeros == Zeros::Written,
            strict,
            limit,
        };
        writer.message(message, Some(0), 0).map_err(|error| writer.located(error))?;
        out.extend_from_slice(self.out.content());
        Ok(())
    }
}

fn range(node: Node) -> Range<usize> {
    node.start as usize..node.end as usize
}

/// The members of an object: the indexes of key and value.
struct Members<'t> {
    tape: &'t Tape,
    at: u32,
    end: u32,
}

impl<'t> Members<'t> {
    /// None of what is not an object.
    fn of(tape: &'t Tape, object: u32) -> Self {
        let node = tape.node(object);
        let end = if node.kind == Type::Object { node.next } else { object };
        Self { tape, at: object + 1, end }
    }
}

impl Iterator for Members<'_> {
    type Item = (u32, u32);

    #[inline]
    fn next(&mut self) -> Option<(u32, u32)> {
        if self.at >= self.end {
            return None;
        }
        let key = self.at;
        self.at = self.tape.node(key + 1).next;
        Some((key, key + 1))
    }
}

struct Writer<'a, 's> {
    table: &'static Table,
    text: &'a [u8],
    tape: &'a Tape,
    out: &'a mut Back,
    /// A stack of the elements of the lists that are being written.
    scratch: &'a mut Vec<u32>,
    exact: bool,
    strict: Option<&'s mut Vec<Strict>>,
    limit: usize,
}

impl<'a> Writer<'a, '_> {
    fn node(&self, index: u32) -> Node {
        self.tape.node(index)
    }

    fn is_null(&self, index: u32) -> bool {
        self.node(index).kind == Type::Null
    }

    /// Writes the content of a message; no value stands for the zero struct.
    fn message(&mut self, message: &'static Message, value: Option<u32>, depth: usize) -> Result<(), Error> {
        let at = value.unwrap_or(0);
        let node = self.node(at);
        if depth >= MAX_DEPTH {
            return Err(Error::new(ErrorKind::TooDeep(MAX_DEPTH), at as usize));
        }
        if self.out.len() > self.limit {
            return Err(Error::new(ErrorKind::TooLarge(self.limit), at as usize));
        }
        // The places of the fields' values; nothing stands at 0, where the whole text stands.
        let mut values = [0_u32; MAX_FIELDS];
        if let Some(value) = value.filter(|value| !self.is_null(*value)) {
            if message.is_wrapper() {
                values[0] = value;
            } else if node.kind == Type::Object {
                self.gather(message, value, &mut values)?;
            } else {
                // The struct that holds the field names the error; at the top there is none but this.
                return Err(Error::new(self.wrong_type(node, message, None), value as usize));
            }
        }
        self.frame(message, 0, &values, depth)
    }

    /// Notes the values of an object's members under the indexes of the fields.
    fn gather(&mut self, message: &'static Message, object: u32, values: &mut [u32; MAX_FIELDS]) -> Result<(), Error> {
        for (key, value) in Members::of(self.tape, object) {
            let name = tape::string_of(self.text, self.node(key));
            let Some(index) = message.field_index(&name) else {
                self.report(key, Strict::Unknown);
                continue;
            };
            if values[index] != 0 {
                self.report(key, Strict::Duplicate);
            }
            values[index] = value;
            let field = &message.fields()[index];
            if field.is_type_meta() && !matches!(self.node(value).kind, Type::String | Type::Null) {
                return Err(Error::new(self.wrong_type(self.node(value), message, Some(field)), value as usize));
            }
        }
        Ok(())
    }

    fn frame(
        &mut self,
        message: &'static Message,
        frame: usize,
        values: &[u32; MAX_FIELDS],
        depth: usize,
    ) -> Result<(), Error> {
        for &(number, slot) in &message.frames()[frame].descending {
            match slot {
                Slot::Field(index) => {
                    let index = usize::from(index);
                    let value = Some(values[index]).filter(|value| *value != 0 && !self.is_null(*value));
                    self.field(message, &message.fields()[index], value, depth)?;
                }
                Slot::Frame(inner) => {
                    let before = self.out.len();
                    self.frame(message, usize::from(inner), values, depth)?;
                    if self.exact || self.out.len() != before {
                        self.out.wrap(number, before);
                    }
                }
                Slot::Unknown => {}
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        message: &'static Message,
        field: &'static Field,
        value: Option<u32>,
        depth: usize,
    ) -> Result<(), Error> {
        let Some(at) = value else {
            if self.exact && matches!(field.zero(), PlainZero::Kept | PlainZero::DroppedInJson) {
                self.single(message, field, None, field.number(), depth)?;
            }
            return Ok(());
        };
        let node = self.node(at);
        match field.shape() {
            Shape::One | Shape::Pointer => self.single(message, field, value, field.number(), depth),
            Shape::List => {
                if node.kind != Type::Array {
                    return Err(Error::new(self.wrong_container(node, message, field), at as usize));
                }
                let base = self.scratch.len();
                let mut element = at + 1;
                while element < node.next {
                    self.scratch.push(element);
                    element = self.node(element).next;
                }
                while self.scratch.len() > base {
                    let Some(element) = self.scratch.pop() else { break };
                    let value = Some(element).filter(|element| !self.is_null(*element));
                    self.single(message, field, value, field.number(), depth)?;
                }
                Ok(())
            }
            Shape::Map => {
                if node.kind != Type::Object {
                    return Err(Error::new(self.wrong_container(node, message, field), at as usize));
                }
                self.map(message, field, at, depth)
            }
        }
    }

    fn map(
        &mut self,
        message: &'static Message,
        field: &'static Field,
        object: u32,
        depth: usize,
    ) -> Result<(), Error> {
        let (text, tape) = (self.text, self.tape);
        let name = |key: u32| tape::string_of(text, tape.node(key));
        let base = self.scratch.len();
        let mut sorted = true;
        for (key, _) in Members::of(tape, object) {
            sorted &= self.scratch[base..].last().is_none_or(|last| name(*last) < name(key));
            self.scratch.push(key);
        }
        if !sorted {
            // Of equal keys the last one counts, which is met first from behind.
            self.scratch[base..].sort_unstable_by(|a, b| name(*a).cmp(&name(*b)).then(a.cmp(b)));
        }
        let mut after: Option<u32> = None;
        while self.scratch.len() > base {
            let Some(key) = self.scratch.pop() else { break };
            let text = name(key);
            if after.is_some_and(|after| name(after) == text) {
                self.report(key, Strict::Duplicate);
                continue;
            }
            after = Some(key);
            let before = self.out.len();
            let value = Some(key + 1).filter(|value| !self.is_null(*value));
            // Go writes a map's value even when it is zero, but no bytes that are nil.
            if value.is_some() || field.kind() != FieldKind::Bytes {
                self.single(message, field, value, 2, depth)?;
            }
            self.out.put_bytes(1, &text);
            self.out.wrap(field.number(), before);
        }
        Ok(())
    }

    /// Writes one value under a number; no value stands for the kind's zero.
    ///
    /// Where zeros are left out, a plain value that is zero is not written; a list's element, a map's value and what a
    /// pointer points at always are.
    fn single(
        &mut self,
        message: &'static Message,
        field: &'static Field,
        value: Option<u32>,
        number: u32,
        depth: usize,
    ) -> Result<(), Error> {
        let lean = !self.exact && field.shape() == Shape::One;
        let before = self.out.len();
        let offset = value.unwrap_or(0) as usize;
        match field.kind() {
            FieldKind::Message => {
                let inner = self.table.message_at(field.message_id());
                self.message_field(message, field, inner, value, depth)?;
                // An empty list is not no list.
                let there = inner.is_wrapper() && value.is_some();
                if !lean || there || self.out.len() != before {
                    self.out.wrap(number, before);
                }
            }
            FieldKind::String => {
                let text = self.text(message, field, value)?;
                if !lean || !text.is_empty() {
                    self.out.put_bytes(number, &text);
                }
            }
            FieldKind::Bytes => {
                use base64::Engine as _;
                let text = self.text(message, field, value)?;
                // Go's decoder passes over line ends.
                let clean: Cow<'_, [u8]> = if text.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
                    text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect::<Vec<_>>().into()
                } else {
                    text
                };
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(&*clean)
                    .map_err(|error| Error::invalid(error.to_string(), offset))?;
                self.out.put_bytes(number, &bytes);
            }
            FieldKind::Bool => {
                let truth = match value.map(|value| self.node(value)) {
                    None => false,
                    Some(Node { kind: Type::True, .. }) => true,
                    Some(Node { kind: Type::False, .. }) => false,
                    Some(node) => return Err(Error::new(self.wrong_type(node, message, Some(field)), offset)),
                };
                if !lean || truth {
                    self.out.put_number(number, u64::from(truth));
                }
            }
            FieldKind::Int32 | FieldKind::Int64 => {
                let parsed = match value.map(|value| self.node(value)) {
                    None => 0,
                    Some(node) => self
                        .integer(node, field.kind())
                        .ok_or_else(|| Error::new(self.wrong_type(node, message, Some(field)), offset))?,
                };
                if !lean || parsed != 0 {
                    self.out.put_number(number, parsed as u64);
                }
            }
            FieldKind::Float64 => {
                let parsed = match value.map(|value| self.node(value)) {
                    None => 0.0,
                    Some(node) => self
                        .double(node)
                        .ok_or_else(|| Error::new(self.wrong_type(node, message, Some(field)), offset))?,
                };
                self.out.put(&parsed.to_bits().to_le_bytes());
                self.out.put_tag(number, WireType::Fixed64);
            }
            FieldKind::Time | FieldKind::MicroTime => {
                if let Some(value) = value {
                    self.time(message, field, value)?;
                }
                if !lean || self.out.len() != before {
                    self.out.wrap(number, before);
                }
            }
            FieldKind::Quantity => {
                if let Some(value) = value {
                    let node = self.node(value);
                    if !matches!(node.kind, Type::String | Type::Number) {
                        return Err(Error::new(self.wrong_type(node, message, Some(field)), offset));
                    }
                    let text = tape::string_of(self.text, node);
                    self.out.put_bytes(1, &text);
                    self.out.wrap(number, before);
                } else if !lean {
                    self.out.put_bytes(1, b"0");
                    self.out.wrap(number, before);
                }
            }
            FieldKind::IntOrString => {
                self.int_or_string(message, field, value)?;
                if !lean || self.out.len() != before {
                    self.out.wrap(number, before);
                }
            }
            FieldKind::RawExtension | FieldKind::Json | FieldKind::FieldsV1 => {
                if let Some(value) = value {
                    let text = self.whole(value);
                    self.out.put_bytes(1, text);
                }
                if !lean || value.is_some() {
                    self.out.wrap(number, before);
                }
            }
            FieldKind::SchemaOrArray | FieldKind::SchemaOrBool | FieldKind::SchemaOrStringArray => {
                self.schema_or(message, field, value, depth)?;
                self.out.wrap(number, before);
            }
            FieldKind::Interface => return Err(Error::of_kind(ErrorKind::NoProtobuf(message.short_name()))),
        }
        Ok(())
    }

    fn message_field(
        &mut self,
        message: &'static Message,
        field: &'static Field,
        inner: &'static Message,
        value: Option<u32>,
        depth: usize,
    ) -> Result<(), Error> {
        if let Some(at) = value {
            let node = self.node(at);
            let wanted = if inner.is_wrapper() { Type::Array } else { Type::Object };
            if node.kind != wanted {
                return Err(Error::new(self.wrong_type(node, message, Some(field)), at as usize));
            }
        }
        match value {
            None if self.exact => self.message(inner, None, depth + 1),
            None => Ok(()),
            Some(_) => self.message(inner, value, depth + 1),
        }
    }

    /// A string's bytes; `None` is empty.
    fn text(
        &self,
        message: &'static Message,
        field: &'static Field,
        value: Option<u32>,
    ) -> Result<Cow<'a, [u8]>, Error> {
        match value.map(|value| (value, self.node(value))) {
            None => Ok(Cow::Borrowed(b"")),
            Some((_, node)) if node.kind == Type::String => Ok(tape::string_of(self.text, node)),
            Some((at, node)) => Err(Error::new(self.wrong_type(node, message, Some(field)), at as usize)),
        }
    }

    /// A value's text, a string's with its quotes.
    fn whole(&self, value: u32) -> &'a [u8] {
        let node = self.node(value);
        let quote = usize::from(node.kind == Type::String);
        &self.text[node.start as usize - quote..node.end as usize + quote]
    }

    fn number_text(&self, node: Node) -> Option<&'a str> {
        if node.kind != Type::Number {
            return None;
        }
        std::str::from_utf8(&self.text[range(node)]).ok()
    }

    /// A whole number in range; fractions and exponents are refused, as Go does.
    fn integer(&self, node: Node, kind: FieldKind) -> Option<i64> {
        let value: i64 = self.number_text(node)?.parse().ok()?;
        (kind == FieldKind::Int64 || i32::try_from(value).is_ok()).then_some(value)
    }

    fn double(&self, node: Node) -> Option<f64> {
        self.number_text(node)?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// The content of a time; nothing for Go's zero.
    fn time(&mut self, message: &'static Message, field: &'static Field, value: u32) -> Result<(), Error> {
        let text = self.text(message, field, Some(value))?;
        let micros = field.kind() == FieldKind::MicroTime;
        let (seconds, nanos) = time::parse(&text, micros).ok_or_else(|| {
            let layout = if micros { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
            let text = String::from_utf8_lossy(&text);
            Error::invalid(format!("parsing time {text:?} as {layout:?}: cannot parse"), value as usize)
        })?;
        let nanos = if micros { nanos / 1000 * 1000 } else { 0 };
        if seconds == time::ZERO && nanos == 0 {
            return Ok(());
        }
        if self.exact || nanos != 0 {
            self.out.put_number(2, u64::from(nanos));
        }
        self.out.put_number(1, seconds as u64);
        Ok(())
    }

    fn int_or_string(
        &mut self,
        message: &'static Message,
        field: &'static Field,
        value: Option<u32>,
    ) -> Result<(), Error> {
        let (kind, int, text) = match value.map(|value| (value, self.node(value))) {
            None => (0, 0, Cow::Borrowed(&b""[..])),
            Some((_, node)) if node.kind == Type::String => (1, 0, tape::string_of(self.text, node)),
            Some((at, node)) => {
                let int = self.integer(node, FieldKind::Int32);
                let int = int.ok_or_else(|| Error::new(self.wrong_type(node, message, Some(field)), at as usize))?;
                (0, int, Cow::Borrowed(&b""[..]))
            }
        };
        if self.exact || !text.is_empty() {
            self.out.put_bytes(3, &text);
        }
        if self.exact || int != 0 {
            self.out.put_number(2, int as u64);
        }
        if self.exact || kind != 0 {
            self.out.put_number(1, kind);
        }
        Ok(())
    }

    fn schema_or(
        &mut self,
        message: &'static Message,
        field: &'static Field,
        value: Option<u32>,
        depth: usize,
    ) -> Result<(), Error> {
        let schema = self.table.schema_props();
        let Some(at) = value else {
            if field.kind() == FieldKind::SchemaOrBool && self.exact {
                self.out.put_number(1, 0);
            }
            return Ok(());
        };
        let node = self.node(at);
        let before = self.out.len();
        match (field.kind(), node.kind) {
            (FieldKind::SchemaOrBool, Type::True | Type::False) => {
                self.out.put_number(1, u64::from(node.kind == Type::True));
            }
            (FieldKind::SchemaOrBool, Type::Object) => {
                self.message(schema, value, depth + 1)?;
                self.out.wrap(2, before);
                self.out.put_number(1, 1);
            }
            (_, Type::Object) => {
                self.message(schema, value, depth + 1)?;
                self.out.wrap(1, before);
            }
            (FieldKind::SchemaOrArray | FieldKind::SchemaOrStringArray, Type::Array) => {
                let base = self.scratch.len();
                let mut element = at + 1;
                while element < node.next {
                    self.scratch.push(element);
                    element = self.node(element).next;
                }
                while self.scratch.len() > base {
                    let Some(element) = self.scratch.pop() else { break };
                    let before = self.out.len();
                    let value = Some(element).filter(|element| !self.is_null(*element));
                    if field.kind() == FieldKind::SchemaOrArray {
                        self.message(schema, value, depth + 1)?;
                    } else {
                        let text = self.text(message, field, value)?;
                        self.out.put(&text);
                    }
                    self.out.wrap(2, before);
                }
            }
            _ => return Err(Error::new(self.wrong_type(node, message, Some(field)), at as usize)),
        }
        Ok(())
    }

    /// The text of an API server for a value that does not fit.
    fn wrong_type(&self, node: Node, message: &'static Message, field: Option<&'static Field>) -> ErrorKind {
        let go_type = field.map_or_else(|| go_name(message), go_element);
        self.unfit(node, message, field, go_type)
    }

    /// The same for a value that is no list or map where one is wanted.
    fn wrong_container(&self, node: Node, message: &'static Message, field: &'static Field) -> ErrorKind {
        let element = go_element(field);
        let go_type =
            if field.shape() == Shape::List { format!("[]{element}") } else { format!("map[string]{element}") };
        self.unfit(node, message, Some(field), go_type)
    }

    fn unfit(
        &self,
        node: Node,
        message: &'static Message,
        field: Option<&'static Field>,
        go_type: String,
    ) -> ErrorKind {
        let found: Cow<'_, str> = match node.kind {
            Type::Null => "null".into(),
            Type::True | Type::False => "bool".into(),
            Type::String => "string".into(),
            Type::Object => "object".into(),
            Type::Array => "array".into(),
            // Go shows the digits only where a number was wanted and this one does not fit.
            Type::Number => match field.map(Field::kind) {
                Some(FieldKind::Int32 | FieldKind::Int64 | FieldKind::Float64) => {
                    format!("number {}", self.number_text(node).unwrap_or_default()).into()
                }
                _ => "number".into(),
            },
        };
        ErrorKind::WrongType {
            found: found.into(),
            in_struct: message.short_name(),
            // Filled in by `located`, which knows the way.
            path: "".into(),
            go_type: go_type.into(),
        }
    }

    /// Turns the value's index, which errors carry as their offset, into offset and path.
    fn located(&self, error: Error) -> Error {
        let Some(index) = error.offset().and_then(|index| u32::try_from(index).ok()) else { return error };
        let path = self.path(index);
        let offset = self.node(index).start as usize;
        let kind = match error.kind().clone() {
            ErrorKind::WrongType { found, in_struct, go_type, .. } => {
                let keys = path.iter().filter(|step| matches!(step, PathStep::Key(_)));
                ErrorKind::WrongType { found, in_struct, path: path_text(keys).into(), go_type }
            }
            other => other,
        };
        Error::new(kind, offset).with_path(path)
    }

    /// The way to a value or a key, found by descending once more.
    fn path(&self, target: u32) -> Vec<PathStep> {
        let mut path = Vec::new();
        let mut at = 0;
        'descend: loop {
            let node = self.node(at);
            match node.kind {
                Type::Object => {
                    for (key, value) in Members::of(self.tape, at) {
                        if target < self.node(value).next {
                            let name = tape::string_of(self.text, self.node(key));
                            path.push(PathStep::Key(String::from_utf8_lossy(&name).into()));
                            if target <= value {
                                return path;
                            }
                            at = value;
                            continue 'descend;
                        }
                    }
                    return path;
                }
                Type::Array => {
                    let (mut element, mut index) = (at + 1, 0);
                    while element < node.next && target >= self.node(element).next {
                        element = self.node(element).next;
                        index += 1;
                    }
                    if at == target || element >= node.next {
                        return path;
                    }
                    path.push(PathStep::Index(index));
                    if element == target {
                        return path;
                    }
                    at = element;
                }
                _ => return path,
            }
            if at == target {
                return path;
            }
        }
    }

    /// Notes what a strict reader holds against the key.
    fn report(&mut self, key: u32, kind: fn(String) -> Strict) {
        if self.strict.as_ref().is_some_and(|strict| strict.len() < MAX_STRICT) {
            let path = path_text(self.path(key).iter());
            if let Some(strict) = self.strict.as_deref_mut() {
                strict.push(kind(path));
            }
        }
    }
}

/// A message's Go type: package and name.
fn go_name(message: &Message) -> String {
    let mut parts = message.name().rsplit('.');
    let (name, package) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{package}.{name}")
}

/// The Go type of what a field holds one or many of.
fn go_element(field: &Field) -> String {
    match field.kind() {
        FieldKind::Message => field.message().map(go_name).unwrap_or_default(),
        FieldKind::String => "string".into(),
        FieldKind::Bytes => "[]uint8".into(),
        FieldKind::Bool => "bool".into(),
        FieldKind::Int32 | FieldKind::IntOrString => "int32".into(),
        FieldKind::Int64 => "int64".into(),
        FieldKind::Float64 => "float64".into(),
        FieldKind::Time => "v1.Time".into(),
        FieldKind::MicroTime => "v1.MicroTime".into(),
        FieldKind::Quantity => "resource.Quantity".into(),
        FieldKind::RawExtension => "runtime.RawExtension".into(),
        FieldKind::FieldsV1 => "v1.FieldsV1".into(),
        FieldKind::Json => "v1.JSON".into(),
        FieldKind::SchemaOrArray => "v1.JSONSchemaPropsOrArray".into(),
        FieldKind::SchemaOrBool => "v1.JSONSchemaPropsOrBool".into(),
        FieldKind::SchemaOrStringArray => "v1.JSONSchemaPropsOrStringArray".into(),
        FieldKind::Interface => "interface {}".into(),
    }
}
