//! Quantities: `1000m` is written as `1`.

use std::{collections::BTreeSet, ops::Range, sync::OnceLock};

use lookglass_object::{
    json::{JsonError, Reader, Sort},
    table::{FieldKind, Message, Shape, Table},
};

use super::number::rewritten;
use crate::body::go_text;

/// Rewrites the quantities of an object. `json` is what was made of the message's protobuf.
pub(super) fn canonical(message: &'static Message, json: Vec<u8>) -> Result<Vec<u8>, String> {
    if !holds_quantities(message) {
        return Ok(json);
    }
    let mut edits = Vec::new();
    {
        let mut reader = Reader::from_bytes(&json).map_err(|error| error.to_string())?;
        object(&mut reader, message, &mut edits).map_err(|error| match error {
            Broken::Quantity(why) => why.to_owned(),
            Broken::Json(error) => error.to_string(),
        })?;
    }
    if edits.is_empty() {
        return Ok(json);
    }
    let mut out = Vec::with_capacity(json.len());
    let mut done = 0;
    for (range, text) in edits {
        out.extend_from_slice(&json[done..range.start]);
        out.extend_from_slice(go_text(&text).as_bytes());
        done = range.end;
    }
    out.extend_from_slice(&json[done..]);
    Ok(out)
}

/// Refuses quantities without text, which in protobuf look like those of nothing.
pub(super) fn refuse_empty(message: &'static Message, json: &[u8]) -> Result<(), String> {
    if memchr::memmem::find(json, b"\"\"").is_none() || !holds_quantities(message) {
        return Ok(());
    }
    let Ok(mut reader) = Reader::from_bytes(json) else { return Ok(()) };
    match object(&mut reader, message, &mut Vec::new()) {
        Err(Broken::Quantity(why)) => Err(why.to_owned()),
        // Whoever reads all of it says what is wrong with the text.
        Ok(()) | Err(Broken::Json(_)) => Ok(()),
    }
}

type Edits = Vec<(Range<usize>, String)>;

enum Broken {
    Json(JsonError),
    Quantity(&'static str),
}

impl From<JsonError> for Broken {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

/// As deep as messages nest, which whoever wrote the text has bounded.
fn object(reader: &mut Reader<'_>, message: &'static Message, edits: &mut Edits) -> Result<(), Broken> {
    reader.object()?;
    while let Some(name) = reader.member()? {
        let field = message.field(name.raw());
        let inner =
            field.and_then(|field| field.message()).filter(|inner| !inner.is_wrapper() && holds_quantities(inner));
        let Some(field) = field.filter(|field| inner.is_some() || field.kind() == FieldKind::Quantity) else {
            reader.step_over()?;
            continue;
        };
        let mut value = |reader: &mut Reader<'_>| match (reader.peek()?, inner) {
            (Sort::Object, Some(inner)) => object(reader, inner, edits),
            (Sort::String, None) => quantity(reader, edits),
            _ => Ok(reader.step_over()?),
        };
        match (field.shape(), reader.peek()?) {
            (Shape::List, Sort::Array) => {
                reader.array()?;
                while reader.element()? {
                    value(reader)?;
                }
            }
            (Shape::Map, Sort::Object) => {
                reader.object()?;
                while reader.member()?.is_some() {
                    value(reader)?;
                }
            }
            _ => value(reader)?,
        }
    }
    Ok(())
}

fn quantity(reader: &mut Reader<'_>, edits: &mut Edits) -> Result<(), Broken> {
    let start = reader.offset();
    let text = reader.string()?.decode()?;
    let text = text.trim();
    let canonical = rewritten(text).map_err(Broken::Quantity)?;
    if canonical != text || reader.offset() - start != text.len() + 2 {
        edits.push((start..reader.offset(), canonical.into_owned()));
    }
    Ok(())
}

/// Whether a quantity may stand somewhere in a message.
fn holds_quantities(message: &Message) -> bool {
    static HOLDERS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let holders = HOLDERS.get_or_init(|| {
        let mut holders = BTreeSet::new();
        loop {
            let before = holders.len();
            for message in Table::builtin().messages() {
                let holds = message.fields().iter().any(|field| {
                    field.kind() == FieldKind::Quantity
                        || field.message().is_some_and(|inner| holders.contains(inner.name()))
                });
                if holds {
                    holders.insert(message.name());
                }
            }
            if holders.len() == before {
                return holders;
            }
        }
    });
    holders.contains(message.name())
}
