//! Single values, of whatever kind.

use std::borrow::Cow;

use super::{Writer, range};
use crate::protobuf::error::{Error, ErrorKind};
use crate::protobuf::tape::{self, Node};
use crate::protobuf::text::Type;
use crate::protobuf::time;
use crate::table::{Field, FieldKind, Message, Shape};
use crate::wire::WireType;

impl<'a> Writer<'a, '_> {
    /// Writes one value under a number; no value stands for the kind's zero.
    ///
    /// Where zeros are left out, a plain value that is zero is not written; a list's element, a map's value and what a
    /// pointer points at always are.
    pub(super) fn single(
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

    pub(super) fn number_text(&self, node: Node) -> Option<&'a str> {
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
}
