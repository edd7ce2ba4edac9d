//! Messages, lists and maps, written backwards.

use super::{Members, Strict, Writer};
use crate::protobuf::error::{Error, ErrorKind};
use crate::protobuf::tape::Node;
use crate::protobuf::{MAX_DEPTH, tape, text::Type};
use crate::table::{Field, FieldKind, MAX_FIELDS, Message, PlainZero, Shape, Slot};

impl<'a> Writer<'a, '_> {
    pub(super) fn node(&self, index: u32) -> Node {
        self.tape.node(index)
    }

    pub(super) fn is_null(&self, index: u32) -> bool {
        self.node(index).kind == Type::Null
    }

    /// Writes the content of a message; no value stands for the zero struct.
    pub(super) fn message(&mut self, message: &'static Message, value: Option<u32>, depth: usize) -> Result<(), Error> {
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
}
