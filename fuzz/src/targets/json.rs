//! The JSON reader, against `serde_json`.

use lookglass_object::json::{JsonError, Reader, Sort};
use serde_json::Value;

/// Entering everything sees what `serde_json` sees and refuses what it refuses; stepping over never refuses what is legal.
pub(crate) fn reader(input: &[u8]) {
    let theirs = serde_json::from_slice::<Value>(input).ok();
    let ours = Reader::from_bytes(input).ok().and_then(|mut reader| {
        let value = build(&mut reader).ok().flatten()?;
        reader.end().ok().map(|()| value)
    });
    assert_eq!(ours, theirs);
    let skipped = Reader::from_bytes(input).and_then(|mut reader| {
        let range = reader.skip()?;
        reader.end().map(|()| range)
    });
    match skipped {
        Ok(range) => assert!(range.end <= input.len() && !range.is_empty()),
        Err(error) => assert!(theirs.is_none() && error.offset <= input.len(), "{error}"),
    }
}

/// `None` for a number that no double holds, which `serde_json` refuses and the reader leaves to whoever wants the number.
fn build(reader: &mut Reader<'_>) -> Result<Option<Value>, JsonError> {
    Ok(Some(match reader.peek()? {
        Sort::Object => {
            reader.object()?;
            let mut members = serde_json::Map::new();
            while let Some(name) = reader.member()? {
                let name = name.decode()?.into_owned();
                let Some(value) = build(reader)? else { return Ok(None) };
                members.insert(name, value);
            }
            members.into()
        }
        Sort::Array => {
            reader.array()?;
            let mut elements = Vec::new();
            while reader.element()? {
                let Some(value) = build(reader)? else { return Ok(None) };
                elements.push(value);
            }
            elements.into()
        }
        Sort::String => reader.string()?.decode()?.into(),
        Sort::Null | Sort::Bool | Sort::Number => {
            let range = reader.skip()?;
            return Ok(serde_json::from_str(reader.text(range)).ok());
        }
    }))
}
