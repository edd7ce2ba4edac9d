//! The scan over JSON.

use std::borrow::Cow;

use super::{By, Head, Names, Notes};
use crate::{
    json::{JsonError, Reader, Sort, Text},
    labels::LabelBuffer,
};

/// Finds the head of the object that `text` is, and notes how to copy it: without `managedFields`, and with `names`.
pub(crate) fn scan<'a>(text: &'a str, names: &Names, notes: &mut Notes) -> Result<Head<'a>, JsonError> {
    let mut reader = Reader::new(text);
    let head = scan_next(&mut reader, names, notes)?;
    reader.end()?;
    Ok(head)
}

/// As [`scan`], of the object that comes next, which must be what the reader's text begins with. The reader ends up behind it.
pub(crate) fn scan_next<'a>(reader: &mut Reader<'a>, names: &Names, notes: &mut Notes) -> Result<Head<'a>, JsonError> {
    notes.clear();
    let mut head = Head::default();
    reader.object()?;
    let opened = reader.offset();
    // Filled in at the end, when it is known what the text lacks; it stands before all other edits.
    notes.replace(opened..opened, By::Nothing);
    while let Some(name) = reader.member()? {
        match &*name.decode()? {
            "apiVersion" => head.api_version = name_of_kind(reader, notes, &names.api_version, By::ApiVersion)?,
            "kind" => head.kind = name_of_kind(reader, notes, &names.kind, By::Kind)?,
            "metadata" => metadata(reader, notes, &mut head)?,
            _ => reader.step_over()?,
        }
    }
    if head.api_version.is_none() || head.kind.is_none() {
        notes.edits[0].by = By::Members { api_version: head.api_version.is_none(), kind: head.kind.is_none() };
    }
    Ok(head)
}

/// Reads `apiVersion` or `kind` and has its value replaced unless it is written just as wanted.
fn name_of_kind<'a>(
    reader: &mut Reader<'a>,
    notes: &mut Notes,
    wanted: &str,
    by: By,
) -> Result<Option<Cow<'a, str>>, JsonError> {
    let value = optional(reader)?;
    let range = value.map_or(reader.offset() - "null".len(), |value| value.offset())..reader.offset();
    if reader.text(range.clone()) != wanted {
        notes.replace(range, by);
    }
    // Null says nothing, but the member is there: an empty name keeps it from being written twice.
    value.map_or(Ok(Some(Cow::Borrowed(""))), |value| value.decode().map(Some))
}

fn metadata<'a>(reader: &mut Reader<'a>, notes: &mut Notes, head: &mut Head<'a>) -> Result<(), JsonError> {
    // A second `metadata` takes the place of the first.
    notes.labels.clear();
    *head = Head { api_version: head.api_version.take(), kind: head.kind.take(), ..Head::default() };
    if reader.peek()? == Sort::Null {
        return reader.step_over();
    }
    reader.object()?;
    let mut kept = reader.offset();
    while let Some(name) = reader.member()? {
        match &*name.decode()? {
            "name" => head.name = text(reader)?,
            "namespace" => head.namespace = text(reader)?,
            "uid" => head.uid = text(reader)?,
            "resourceVersion" => head.resource_version = text(reader)?,
            "labels" => labels(reader, &mut notes.labels)?,
            "managedFields" if !notes.keep_managed_fields => {
                reader.skip()?;
                // The comma behind goes along; behind the last member there is none, so the one before goes.
                match reader.comma() {
                    Some(end) => notes.cut(name.offset()..end),
                    None => notes.cut(kept..reader.offset()),
                }
                continue;
            }
            _ => reader.step_over()?,
        }
        kept = reader.offset();
    }
    Ok(())
}

fn labels(reader: &mut Reader<'_>, labels: &mut LabelBuffer) -> Result<(), JsonError> {
    labels.clear();
    if reader.peek()? == Sort::Null {
        return reader.step_over();
    }
    reader.object()?;
    while let Some(name) = reader.member()? {
        labels.push(&name.decode()?, &text(reader)?);
    }
    Ok(())
}

/// A string, or nothing for null.
pub(super) fn text<'a>(reader: &mut Reader<'a>) -> Result<Cow<'a, str>, JsonError> {
    optional(reader)?.map_or(Ok(Cow::Borrowed("")), |text| text.decode())
}

fn optional<'a>(reader: &mut Reader<'a>) -> Result<Option<Text<'a>>, JsonError> {
    if reader.peek()? == Sort::Null { reader.skip().map(|_| None) } else { reader.string().map(Some) }
}
