//! The key alone, of what the whole scan refuses.

use std::borrow::Cow;

use crate::{
    json::{JsonError, Reader, Sort},
    wire,
};

use super::{
    ScanError,
    protobuf::{METADATA, NAME, NAMESPACE, expect_bytes, string},
};

/// What names an object within its kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    pub(crate) namespace: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
}

/// Finds what names the object that comes next, whatever else stands there; `None` where something else than a text does. The reader ends up behind it.
///
/// An error is one of the JSON itself: the object must be laid out as one, as far as [`scan_next`](super::scan_next_json) looks.
pub(crate) fn key_in_json<'a>(reader: &mut Reader<'a>) -> Result<Option<Named<'a>>, JsonError> {
    let mut named = Some(Named::default());
    reader.object()?;
    while let Some(member) = reader.member()? {
        if &*member.decode()? == "metadata" {
            // A second `metadata` takes the place of the first.
            named = metadata(reader)?;
        } else {
            reader.step_over()?;
        }
    }
    Ok(named)
}

fn metadata<'a>(reader: &mut Reader<'a>) -> Result<Option<Named<'a>>, JsonError> {
    if reader.peek()? != Sort::Object {
        reader.step_over()?;
        return Ok(None);
    }
    let (mut namespace, mut name) = (Some(Cow::default()), Some(Cow::default()));
    reader.object()?;
    while let Some(member) = reader.member()? {
        match &*member.decode()? {
            "namespace" => namespace = text(reader)?,
            "name" => name = text(reader)?,
            _ => reader.step_over()?,
        }
    }
    Ok(namespace.zip(name).map(|(namespace, name)| Named { namespace, name }))
}

fn text<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, JsonError> {
    match reader.peek()? {
        Sort::Null | Sort::String => super::json::text(reader).map(Some),
        _ => reader.step_over().map(|()| None),
    }
}

/// The same of the message in `bytes`, which must be laid out as one from its beginning to its end.
pub(crate) fn key_in_protobuf(bytes: &[u8]) -> Result<Named<'_>, ScanError> {
    let mut reader = wire::Reader::new(bytes);
    let mut named = Named::default();
    loop {
        let start = reader.offset();
        let Some(tag) = reader.tag()? else { return Ok(named) };
        if tag.number != METADATA {
            reader.skip(tag)?;
            continue;
        }
        expect_bytes(tag, start, "message")?;
        let mut metadata = reader.message()?;
        loop {
            let start = metadata.offset();
            let Some(tag) = metadata.tag()? else { break };
            match tag.number {
                NAME => named.name = string(&mut metadata, tag, start)?.into(),
                NAMESPACE => named.namespace = string(&mut metadata, tag, start)?.into(),
                _ => metadata.skip(tag)?,
            }
        }
    }
}
