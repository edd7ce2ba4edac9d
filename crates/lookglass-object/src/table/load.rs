//! Reads the compact table that `cargo xtask table` writes.
//!
//! Numbers of two bytes are little-endian; strings are named by their index.
//!
//! * `LGT1`, count of strings (2), each: length (1), bytes. The first is the Kubernetes minor.
//! * Count of messages (2), each: name (2), flags (1: no protobuf, 2: wrapper, 4: atomic, 8: own JSON marshaller), count of
//!   rows (1), each row: protobuf number (1), JSON name (2), kind (1), message (2), shape and flags (1: two bits shape, 4
//!   omitempty, 8 omitzero, 16 inline), patch strategy (1), merge key (2), list type (1), map keys joined by commas (2).
//! * Count of kinds (2), each: group (2), version (2), kind (2), message (2), 1 when it is a list (1).
//! * Count of kinds that every group has (2), each: kind (2), message (2).

use super::{
    Absent, Field, FieldKind, Frame, KindEntry, ListType, Message, PatchStrategy, PlainZero, Shape, Slot, Table,
};
use super::{field, name_hash};

const INLINE: u8 = 16;
const TYPE_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.TypeMeta";
const SCHEMA_PROPS: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

/// Reads a whole table; `None` when it is not one.
pub(super) fn table(blob: &'static [u8]) -> Option<Table> {
    let mut input = Input(blob.strip_prefix(b"LGT1")?);
    let (strings, keys) = input.strings()?;
    let raw = input.messages(&strings, &keys)?;
    let mut kinds = Vec::new();
    for _ in 0..input.short()? {
        let (group, version, kind) = (input.text(&strings)?, input.text(&strings)?, input.text(&strings)?);
        kinds.push(KindEntry { group, version, kind, message: input.message(&raw)?, list: input.byte()? == 1 });
    }
    kinds.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    let mut meta_kinds = Vec::new();
    for _ in 0..input.short()? {
        let kind = input.text(&strings)?;
        meta_kinds.push(KindEntry { group: "", version: "v1", kind, message: input.message(&raw)?, list: false });
    }
    let messages: Vec<Message> = raw
        .iter()
        .enumerate()
        .map(|(id, message)| view(u16::try_from(id).ok()?, message, &raw))
        .collect::<Option<_>>()?;
    let schema_props = messages.iter().position(|message| message.name == SCHEMA_PROPS)?;
    let version = strings.first().copied()?;
    Some(Table { version, strings, messages, kinds, meta_kinds, schema_props: u16::try_from(schema_props).ok()? })
}

/// A message as the blob has it.
struct RawMessage {
    name: &'static str,
    flags: u8,
    rows: Vec<Field>,
}

struct Input(&'static [u8]);

impl Input {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn text(&mut self, strings: &[&'static str]) -> Option<&'static str> {
        strings.get(usize::from(self.short()?)).copied()
    }

    fn message(&mut self, raw: &[RawMessage]) -> Option<u16> {
        self.short().filter(|id| usize::from(*id) < raw.len())
    }

    /// The strings as they are and as JSON keys, `,"name":`.
    fn strings(&mut self) -> Option<(Vec<&'static str>, Vec<&'static str>)> {
        let count = self.short()?;
        let mut strings = Vec::with_capacity(usize::from(count));
        let mut quoted = String::new();
        for _ in 0..count {
            let length = usize::from(self.byte()?);
            let (text, rest) = self.0.split_at_checked(length)?;
            let text = std::str::from_utf8(text).ok()?;
            self.0 = rest;
            strings.push(text);
            quoted.extend([",\"", text, "\":"]);
        }
        // Leaked once per process, as the table itself.
        let mut quoted: &'static str = quoted.leak();
        let mut keys = Vec::with_capacity(strings.len());
        for string in &strings {
            let (key, rest) = quoted.split_at_checked(string.len() + 4)?;
            keys.push(key);
            quoted = rest;
        }
        Some((strings, keys))
    }

    fn messages(&mut self, strings: &[&'static str], keys: &[&'static str]) -> Option<Vec<RawMessage>> {
        let mut messages = Vec::new();
        for _ in 0..self.short()? {
            let name = self.text(strings)?;
            let flags = self.byte()?;
            let rows = (0..self.byte()?).map(|_| self.row(keys)).collect::<Option<_>>()?;
            messages.push(RawMessage { name, flags, rows });
        }
        Some(messages)
    }

    fn row(&mut self, keys: &[&'static str]) -> Option<Field> {
        let number = u16::from(self.byte()?);
        let key = keys.get(usize::from(self.short()?)).copied()?;
        let kind = kind(self.byte()?)?;
        let message = self.short()?;
        let flags = self.byte()?;
        let strategy = match self.byte()? {
            0 => PatchStrategy::Unset,
            1 => PatchStrategy::Merge,
            2 => PatchStrategy::Replace,
            3 => PatchStrategy::RetainKeys,
            4 => PatchStrategy::MergeRetainKeys,
            _ => return None,
        };
        let merge_key = self.short()?;
        let list_type = match self.byte()? {
            0 => ListType::Unset,
            1 => ListType::Atomic,
            2 => ListType::Set,
            3 => ListType::Map,
            _ => return None,
        };
        let map_keys = self.short()?;
        let shape = match flags & 3 {
            0 => Shape::One,
            1 => Shape::Pointer,
            2 => Shape::List,
            _ => Shape::Map,
        };
        let (absent, zero) = (Absent::Omitted, PlainZero::Kept);
        let type_meta = false;
        Some(Field {
            key,
            number,
            owner: 0,
            message,
            merge_key,
            map_keys,
            kind,
            shape,
            flags,
            strategy,
            list_type,
            type_meta,
            packs: false,
            absent,
            zero,
        })
    }
}

fn kind(code: u8) -> Option<FieldKind> {
    use FieldKind as K;
    const KINDS: [FieldKind; 18] = [
        K::Message,
        K::String,
        K::Bytes,
        K::Bool,
        K::Int32,
        K::Int64,
        K::Float64,
        K::Time,
        K::MicroTime,
        K::Quantity,
        K::IntOrString,
        K::RawExtension,
        K::FieldsV1,
        K::Json,
        K::SchemaOrArray,
        K::SchemaOrBool,
        K::SchemaOrStringArray,
        K::Interface,
    ];
    KINDS.get(usize::from(code)).copied()
}

/// The message as readers and writers want it: inlined fields in place.
fn view(id: u16, message: &RawMessage, all: &[RawMessage]) -> Option<Message> {
    let mut fields = Vec::new();
    let mut frames = vec![Vec::new()];
    flatten(message, all, 0, &mut fields, &mut frames)?;
    for field in &mut fields {
        field.owner = id;
    }
    let type_meta = fields.iter().any(|field: &Field| field.type_meta);
    let mut names = vec![0_u8; (fields.len() * 2 + 1).next_power_of_two()].into_boxed_slice();
    for (index, field) in fields.iter().enumerate() {
        let mut at = name_hash(field.name().as_bytes()) & (names.len() - 1);
        while names[at] != 0 {
            at = (at + 1) & (names.len() - 1);
        }
        names[at] = u8::try_from(index + 1).ok()?;
    }
    let written = |field: &Field| !field.type_meta && field.absent != Absent::Omitted;
    let always = fields.iter().enumerate().fold(0, |bits, (index, field)| bits | u64::from(written(field)) << index);
    let frames: Box<[Frame]> = frames.into_iter().map(frame).collect();
    Some(Message {
        name: message.name,
        no_protobuf: message.flags & 1 != 0,
        wrapper: message.flags & 2 != 0,
        atomic: message.flags & 4 != 0,
        type_meta,
        fields: fields.into_boxed_slice(),
        names,
        ordered: in_order(&frames, 0, 0).is_some(),
        frames,
        always,
    })
}

fn flatten(
    message: &RawMessage,
    all: &[RawMessage],
    frame: usize,
    fields: &mut Vec<Field>,
    frames: &mut Vec<Vec<(u32, Slot)>>,
) -> Option<()> {
    for row in &message.rows {
        let target = if row.kind == FieldKind::Message { Some(all.get(usize::from(row.message))?) } else { None };
        match target {
            Some(target) if row.flags & INLINE != 0 && target.name == TYPE_META => {
                for row in &target.rows {
                    fields.push(Field { number: 0, type_meta: true, ..*row });
                }
            }
            Some(target) if row.flags & INLINE != 0 => {
                let inner = frames.len();
                frames.push(Vec::new());
                frames[frame].push((row.number(), Slot::Frame(u8::try_from(inner).ok()?)));
                flatten(target, all, inner, fields, frames)?;
            }
            target => {
                let mut field = *row;
                field.settle(target.is_some_and(|target| target.flags & 2 != 0));
                if row.number != 0 {
                    frames[frame].push((row.number(), Slot::Field(u8::try_from(fields.len()).ok()?)));
                }
                fields.push(field);
            }
        }
    }
    (fields.len() <= field::MAX_FIELDS).then_some(())
}

/// The index behind a frame's last field, if its fields in the order of their numbers come in JSON's order, from `next` on.
fn in_order(frames: &[Frame], frame: usize, next: usize) -> Option<usize> {
    frames[frame].descending.iter().rev().try_fold(next, |next, (_, slot)| match slot {
        Slot::Field(index) => (usize::from(*index) >= next).then_some(usize::from(*index) + 1),
        Slot::Frame(inner) => in_order(frames, usize::from(*inner), next),
        Slot::Unknown => Some(next),
    })
}

fn frame(mut rows: Vec<(u32, Slot)>) -> Frame {
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.0));
    let length = rows.first().map_or(0, |row| row.0 as usize + 1);
    let mut by_number = vec![Slot::Unknown; length].into_boxed_slice();
    for &(number, slot) in &rows {
        by_number[number as usize] = slot;
    }
    Frame { by_number, descending: rows.into_boxed_slice() }
}
